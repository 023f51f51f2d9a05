import { type Figure, fallsShort } from './figure.ts';

/** Prints the figures of one part, those that fall short marked. */
export function printFigures(title: string, figures: Figure[]) {
  const rows = figures.map(rowOf);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(([name = '', value = '', target = '', mark = '', beside = '']) =>
    [name.padEnd(widths[0] ?? 0), value.padStart(widths[1] ?? 0), target.padEnd(widths[2] ?? 0), mark, beside].join(
      '  ',
    ),
  );
  process.stdout.write(`\n${title}\n${lines.map((line) => `  ${line.trimEnd()}\n`).join('')}`);
}

function rowOf(figure: Figure): string[] {
  const { name, value, unit, target, comparedWith, ratio } = figure;
  const asked = target && ('most' in target ? `≤ ${amount(target.most, unit)}` : `≥ ${amount(target.least, unit)}`);
  const mark = asked ? (fallsShort(figure) ? 'MISSED' : 'met   ') : '      ';
  const times = ratio === undefined ? '' : `${ratio.toPrecision(3)} × `;
  return [name, amount(value, unit), asked ?? '', mark, comparedWith && `${times}${comparedWith}`];
}

function amount(value: number, unit: string): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 2;
  return `${value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`.trim();
}
