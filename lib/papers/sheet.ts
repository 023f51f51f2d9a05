import { formatExactMoney } from '../money.ts';

/** Whom a paper is from or to, as printed. */
export type Party = { name: string; address: string[]; taxId: string | null };

/** What a column holds: text, an instant (ISO), a day, proven milliseconds, micro-dollars an hour, or micro-dollars. */
export type ColumnKind = 'text' | 'instant' | 'day' | 'connected' | 'rate' | 'money';

/** A column of a table. */
export type Column = { label: string; kind: ColumnKind };

/** The columns of a list of single movements. */
export const bookingColumns: Column[] = [
  { label: 'Date', kind: 'instant' },
  { label: 'What', kind: 'text' },
  { label: 'Amount', kind: 'money' },
];

/** One table of a paper; a cell is kept as its column's kind says, and written out where it is shown. */
export type Section = { title: string; columns: Column[]; rows: string[][] };

/** All that a paper says, as it is kept: nothing on it is looked up again, so nothing on it can change. */
export type Sheet = {
  title: string;
  from: Party;
  to: Party;
  facts: { label: string; value: string }[];
  sections: Section[];
  /** Micro-dollars; whole cents. */
  total: { label: string; amount: string };
  notes: string[];
  /** Of a monthly paper, in micro-dollars: it begins where the one before ended. */
  chain: { opening: string; movements: string; closing: string } | null;
};

/** What papers there are; each kind is a series of numbers of its own. */
export const paperKinds = {
  receipt: { name: 'Receipt', letter: 'R' },
  statement: { name: 'Statement', letter: 'S' },
  earnings: { name: 'Earnings statement', letter: 'E' },
} as const;

/** A kind of paper. */
export type PaperKind = keyof typeof paperKinds;

/** A paper's number as printed: `R-2026-000123`. */
export function paperNumber({ kind, year, number }: { kind: PaperKind; year: number; number: number }): string {
  return `${paperKinds[kind].letter}-${year}-${String(number).padStart(6, '0')}`;
}

/** A cell as people read it; instants are UTC. */
export function showCell(kind: ColumnKind, value: string): string {
  if (value === '') return '';
  if (kind === 'instant') return value.slice(0, 19).replace('T', ' ');
  if (kind === 'connected') return `${secondsOf(value)} s`;
  if (kind === 'money') return formatExactMoney(BigInt(value));
  if (kind === 'rate') return `${formatExactMoney(BigInt(value))}/h`;
  return value;
}

/** A cell as programs read it: no signs of currency, no thousands. */
export function plainCell(kind: ColumnKind, value: string): string {
  if (value === '') return '';
  if (kind === 'connected') return secondsOf(value);
  if (kind === 'money' || kind === 'rate')
    return formatExactMoney(BigInt(value)).replace('−', '-').replace(/[$,]/g, '');
  return value;
}

/** Whether a column is set in figures, to the right. */
export function isNumeric(kind: ColumnKind): boolean {
  return kind === 'connected' || kind === 'rate' || kind === 'money';
}

function secondsOf(milliseconds: string): string {
  const digits = milliseconds.padStart(4, '0');
  return `${digits.slice(0, -3)}.${digits.slice(-3)}`;
}
