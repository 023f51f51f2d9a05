import { invariant } from '../errors.ts';
import type { WalletKind } from '../ledger/postings.ts';
import { roundToCents } from '../money.ts';
import { type Month, tellMonth } from './months.ts';
import { bookingColumns, type Column, type Party, type Section, type Sheet } from './sheet.ts';

/** Money that came into an account or left it, other than by usage; positive for what came in. */
export type Booking<Kind = WalletKind> = { kind: Kind; at: Date; about: Record<string, string>; amount: bigint };

/** One charge of a rental, and what of it the wallet paid. */
export type UsageLine = {
  rental: string;
  device: string;
  from: Date;
  to: Date;
  connectedMs: bigint;
  rate: bigint;
  amount: bigint;
};

/** What a renter's wallet went through in a month. */
export type WalletMonth = { opening: bigint; closing: bigint; owed: bigint; bookings: Booking[]; usage: UsageLine[] };

/** Whom a paper is from and to, and how to name the providers on it. */
export type Issuing = { from: Party; to: Party; nameOf: (provider: string) => string };

const groups = ['Top-ups', 'Refunds', 'Disputes', 'Credits'] as const;

const tellings: Record<WalletKind, [group: (typeof groups)[number], tell: (by: string, reason: string) => string]> = {
  topUp: ['Top-ups', (by) => `Top-up by ${by}`],
  manualCredit: ['Top-ups', (_, reason) => `Credited by an admin: ${reason}`],
  'unapplied:credited': ['Top-ups', (by) => `Payment by ${by}, found to be yours`],
  topUpReversed: ['Top-ups', (by) => `Top-up by ${by}, dropped by the chain`],
  'refund:reserve': ['Refunds', (by) => `Refund to ${by}`],
  'refund:failed': ['Refunds', (by) => `Refund to ${by} that failed`],
  'refund:found': ['Refunds', (by) => `Refund made at ${by}`],
  'dispute:open': ['Disputes', (by) => `Payment by ${by} contested`],
  'dispute:won': ['Disputes', (by) => `Payment by ${by} no longer contested`],
  'dispute:wonLate': ['Disputes', (by) => `Payment by ${by} won back after all`],
  debtSettled: ['Disputes', () => 'Settled what was owed'],
  faultCredit: ['Credits', (_, reason) => `Credit for a fault: ${reason}`],
};

const usageColumns: Column[] = [
  { label: 'Rental', kind: 'text' },
  { label: 'Device', kind: 'text' },
  { label: 'From', kind: 'instant' },
  { label: 'To', kind: 'instant' },
  { label: 'Connected', kind: 'connected' },
  { label: 'Rate', kind: 'rate' },
  { label: 'Amount', kind: 'money' },
];

/** A renter's month: where the wallet began, everything that moved it, and where it ended. */
export function statementSheet(month: Month, wallet: WalletMonth, { from, to, nameOf }: Issuing): Sheet {
  const told = wallet.bookings.map((booking) => tellBooking(booking, nameOf));
  const parts = groups.map((title) => ({ title, lines: told.filter(({ group }) => group === title) }));
  const used = sumOf(wallet.usage);
  const movements = used + sumOf(told);
  invariant(wallet.opening + movements === wallet.closing, `the statement of ${month} does not add up`);

  const summary: [string, bigint][] = [
    ['Opening balance', wallet.opening],
    ...parts.map(({ title, lines }): [string, bigint] => [title, sumOf(lines)]),
    ['Usage', used],
    ['Closing balance', wallet.closing],
    ...(wallet.owed > 0n ? [['Owed to the broker at the end', wallet.owed] satisfies [string, bigint]] : []),
  ];
  return {
    title: `Statement for ${tellMonth(month)}`,
    from,
    to,
    facts: [{ label: 'Month', value: `${tellMonth(month)}, UTC` }],
    sections: [
      summarySection(summary),
      ...parts.map(({ title, lines }) => ({ title, columns: bookingColumns, rows: lines.map(({ row }) => row) })),
      { title: 'Usage', columns: usageColumns, rows: wallet.usage.map(usageRow) },
    ].filter(({ rows }) => rows.length > 0),
    total: { label: 'Used in this month', amount: String(roundToCents(-used)) },
    notes: [
      'Time is charged only while the environment was proven to answer. Each line stands in the month in which it was booked; all times are UTC.',
    ],
    chain: chainOf(wallet.opening, movements, wallet.closing),
  };
}

/** The head of a monthly paper: from where to where, and by what. */
export function summarySection(lines: [string, bigint][]): Section {
  const columns: Column[] = [
    { label: 'What', kind: 'text' },
    { label: 'Amount', kind: 'money' },
  ];
  return { title: 'Summary', columns, rows: lines.map(([label, amount]) => [label, String(amount)]) };
}

/** What a monthly paper is checked by, as it is kept. */
export function chainOf(opening: bigint, movements: bigint, closing: bigint) {
  return { opening: String(opening), movements: String(movements), closing: String(closing) };
}

/** Amounts together. */
export function sumOf(lines: { amount: bigint }[]): bigint {
  return lines.reduce((sum, { amount }) => sum + amount, 0n);
}

function tellBooking({ kind, at, about, amount }: Booking, nameOf: Issuing['nameOf']) {
  const [group, tell] = tellings[kind];
  const text = tell(nameOf(about.provider ?? ''), about.reason ?? '');
  return { group, amount, row: [at.toISOString(), text, String(amount)] };
}

function usageRow({ rental, device, from, to, connectedMs, rate, amount }: UsageLine): string[] {
  return [rental, device, from.toISOString(), to.toISOString(), ...[connectedMs, rate, amount].map(String)];
}
