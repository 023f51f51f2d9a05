import { type ColumnKind, plainCell, type Sheet } from './sheet.ts';

/** A paper's tables as one, with a column for each label there is: instants are ISO, money is plain dollars. */
export function csvOf(number: string, { sections }: Sheet): string {
  const labels = [...new Set(sections.flatMap(({ columns }) => columns.map(({ label }) => label)))];
  const lines = sections.flatMap(({ title, columns, rows }) => {
    const places = labels.map((label) => columns.findIndex((column) => column.label === label));
    const kinds = places.map((place) => columns[place]?.kind ?? 'text');
    return rows.map((row) =>
      [number, title, ...places.map((place, at) => cellOf(kinds[at], row[place] ?? ''))].join(','),
    );
  });
  return [['Paper', 'Section', ...labels].join(','), ...lines, ''].join('\r\n');
}

/** A spreadsheet takes text that begins like a formula for one, and would compute it; an apostrophe says that it is text. */
function cellOf(kind: ColumnKind = 'text', value: string): string {
  const plain = plainCell(kind, value);
  const inert = kind === 'text' && /^[\s]*[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
