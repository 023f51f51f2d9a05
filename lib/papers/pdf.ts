import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { formatMoney } from '../money.ts';
import { type Column, isNumeric, type Party, type Section, type Sheet, showCell } from './sheet.ts';

const folder = join(process.cwd(), 'node_modules/geist/dist/fonts');
const fonts = {
  text: join(folder, 'geist-sans/Geist-Regular.ttf'),
  strong: join(folder, 'geist-sans/Geist-SemiBold.ttf'),
  figure: join(folder, 'geist-mono/GeistMono-Regular.ttf'),
};

const MARGIN = 42;
const BOTTOM = 60;
const INK = '#17181c';
const FAINT = '#5d6270';
const ROW = { size: 6.9, height: 11.5 };
/** How wide a letter of a row is, in the one width that its font has. */
const LETTER = ROW.size * 0.6;
/** Rows set between two looks at whatever else this process has to do. */
const ROWS_A_TURN = 100;

type Document = PDFKit.PDFDocument;

/** A paper as a PDF of A4 pages. Other work goes on while a long one is set. */
export async function pdfOf(number: string, issuedAt: Date, sheet: Sheet): Promise<Uint8Array<ArrayBuffer>> {
  const info = { Title: `${number} ${sheet.title}`, Author: sheet.from.name, CreationDate: issuedAt };
  const pages = { size: 'A4', margin: MARGIN, bufferPages: true, font: fonts.text, lang: 'en', info } as const;
  const document = new PDFDocument(pages);
  const parts: Uint8Array[] = [];
  const finished = new Promise<void>((resolve, reject) => document.on('end', resolve).on('error', reject));
  document.on('data', (part: Uint8Array) => parts.push(part));
  setHead(document, number, issuedAt, sheet);
  for (const section of sheet.sections) await setSection(document, section);
  setTotal(document, sheet);
  setFeet(document, number);
  document.end();
  await finished;
  return new Uint8Array(Buffer.concat(parts));
}

function setHead(document: Document, number: string, issuedAt: Date, { title, from, to, facts }: Sheet) {
  write(document, 'strong', 17, title, { y: MARGIN });
  const own = [
    { label: 'Number', value: number },
    { label: 'Issued', value: issuedAt.toISOString().slice(0, 10) },
  ];
  const begin = document.y + 14;
  const column = widthOf(document) / 3;
  const bottoms = [
    setParty(document, 'From', from, { x: MARGIN, y: begin, width: column - 12 }),
    setParty(document, 'To', to, { x: MARGIN + column, y: begin, width: column - 12 }),
  ];
  document.y = begin;
  for (const { label, value } of [...own, ...facts]) {
    const place = { x: MARGIN + 2 * column, width: column };
    write(document, 'text', 8, label, { ...place, color: FAINT });
    write(document, 'text', 9, value, place);
    document.y += 3;
  }
  document.y = Math.max(document.y, ...bottoms) + 8;
}

function setParty(document: Document, label: string, party: Party, place: { x: number; y: number; width: number }) {
  write(document, 'text', 8, label, { ...place, color: FAINT });
  const { x, width } = place;
  write(document, 'strong', 9, party.name, { x, width });
  for (const line of party.address) write(document, 'text', 9, line, { x, width });
  if (party.taxId) write(document, 'text', 9, `Tax id ${party.taxId}`, { x, width });
  return document.y;
}

/** A table in a font whose letters have one width: a row is one line of text, which sets ten times as fast as cells. */
async function setSection(document: Document, { title, columns, rows }: Section) {
  need(document, 60);
  write(document, 'strong', 10.5, title, { y: document.y + 12 });
  document.y += 3;
  document.font(fonts.figure);
  const letters = Math.floor(widthOf(document) / LETTER);
  const cells = rows.map((row) =>
    row.map((value, at) => drawable(document, showCell(columns[at]?.kind ?? 'text', value))),
  );
  const widths = layOut(columns, cells, letters);
  const head = () => {
    setRow(
      document,
      linesOf(
        columns,
        widths,
        columns.map(({ label }) => label),
      ),
      FAINT,
    );
    document.moveTo(MARGIN, document.y - 2).lineTo(MARGIN + widthOf(document), document.y - 2);
    document.lineWidth(0.5).stroke('#c9ccd4');
  };
  head();
  for (const [index, row] of cells.entries()) {
    if (need(document, ROW.height * 2)) head();
    setRow(document, linesOf(columns, widths, row), INK);
    if (index % ROWS_A_TURN === 0) await nextTurn();
  }
}

/** How many letters each column has: figures what they need, texts a fair share of the rest. */
function layOut(columns: Column[], cells: string[][], letters: number): number[] {
  const needed = columns.map(({ label }, at) =>
    cells.reduce((most, row) => Math.max(most, row[at]?.length ?? 0), label.length),
  );
  const texts = columns.flatMap(({ kind }, at) => (kind === 'text' ? [at] : []));
  const fixed = needed.reduce((sum, width, at) => sum + (texts.includes(at) ? 0 : width), 2 * (columns.length - 1));
  const share = Math.max(8, Math.floor((letters - fixed) / Math.max(1, texts.length)));
  return needed.map((width, at) => (texts.includes(at) ? share : width));
}

/** A row as lines of text; a text that is too long for its column goes on in the next line. */
function linesOf(columns: Column[], widths: number[], row: string[]): string[] {
  const wrapped = row.map((text, at) => wrap(text, widths[at] ?? 1));
  const height = Math.max(...wrapped.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => {
    const parts = columns.map(({ kind }, at) => {
      const [part, width] = [wrapped[at]?.[line] ?? '', widths[at] ?? 1];
      return isNumeric(kind) ? part.padStart(width) : part.padEnd(width);
    });
    return parts.join('  ').trimEnd();
  });
}

/** Parts of a text of at most so many letters, cut between words where that can be. */
function wrap(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  return text.match(new RegExp(`\\S.{0,${width - 1}}(?=\\s|$)|\\S{1,${width}}`, 'g')) ?? [text];
}

function setRow(document: Document, lines: string[], color: string) {
  document.font(fonts.figure).fontSize(ROW.size).fillColor(color);
  for (const line of lines) {
    need(document, ROW.height);
    const { y } = document;
    document.text(line, MARGIN, y, { lineBreak: false });
    document.y = y + ROW.height;
  }
}

function setTotal(document: Document, { total, notes }: Sheet) {
  need(document, 90);
  const words = `${total.label}: ${formatMoney(BigInt(total.amount))}`;
  write(document, 'strong', 12, words, { y: document.y + 16, align: 'right' });
  document.y += 8;
  for (const note of notes) write(document, 'text', 8, note, { color: FAINT });
}

function setFeet(document: Document, number: string) {
  const { start, count } = document.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    document.switchToPage(page);
    document.page.margins.bottom = 0;
    const y = document.page.height - 36;
    write(document, 'text', 7.5, `${number} · page ${page + 1} of ${count}`, { y, color: FAINT, align: 'right' });
  }
}

type Place = { x?: number; y?: number; width?: number; color?: string; align?: 'left' | 'right' };

function write(document: Document, font: keyof typeof fonts, size: number, text: string, place: Place = {}) {
  const { x = MARGIN, y = document.y, width = widthOf(document), color = INK, align = 'left' } = place;
  document.font(fonts[font]).fontSize(size).fillColor(color);
  document.text(drawable(document, text), x, y, { width, align });
}

/** Begins a new page where so much room is not left on this one. */
function need(document: Document, room: number): boolean {
  if (document.y + room <= document.page.height - BOTTOM) return false;
  document.addPage();
  return true;
}

const widthOf = ({ page }: Document) => page.width - 2 * MARGIN;

/** pdfkit keeps the font that it writes in to itself. */
type Writing = { _font: { font: { hasGlyphForCodePoint(code: number): boolean } } };

/** A text with each letter that the font in use does not have told by its code: `[U+4E2D]`, never by a wrong one. */
function drawable(document: Document, text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  const { font } = (document as unknown as Writing)._font;
  const told = (letter: string) => {
    const code = letter.codePointAt(0) ?? 0;
    return font.hasGlyphForCodePoint(code) ? letter : `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  };
  return Array.from(text.replace(/\s+/g, ' '), told).join('');
}
