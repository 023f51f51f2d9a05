import { invariant } from '../errors.ts';
import type { EarningsKind } from '../ledger/postings.ts';
import { roundToCents } from '../money.ts';
import { type Month, tellMonth } from './months.ts';
import { bookingColumns, type Column, type Sheet } from './sheet.ts';
import { type Booking, chainOf, type Issuing, summarySection, sumOf } from './statement.ts';

/** What a device earned on a day. */
export type DeviceDay = { day: string; device: string; connectedMs: bigint; gross: bigint; fee: bigint };

type Held = { opening: bigint; closing: bigint; bookings: Booking<EarningsKind>[] };
type Line = Booking<Exclude<EarningsKind, 'earningsMatured'>>;

/** What an owner's two accounts went through in a month: earnings that wait, and those that can be paid out. */
export type EarningsMonth = { days: DeviceDay[]; pending: Held; available: Held };

const dayColumns: Column[] = [
  { label: 'Day', kind: 'day' },
  { label: 'Device', kind: 'text' },
  { label: 'Connected', kind: 'connected' },
  { label: 'Gross', kind: 'money' },
  { label: 'Platform fee', kind: 'money' },
  { label: 'Net', kind: 'money' },
];

const tellings: Record<Line['kind'], (by: string, reason: string) => string> = {
  'payout:reserve': (by) => `Payout by ${by}`,
  'payout:released': (by) => `Payout by ${by} that was not made`,
  'payout:cameBack': (by) => `Payout by ${by} that came back`,
  'dispute:wonLate': () => 'Given back: the payment for it was lost, and won after all',
  'dispute:lost': () => 'Taken back: the payment for it was contested and lost',
  faultCredit: (_, reason) => `Credited to the renter for a fault: ${reason}`,
};

/** An owner's month: what each device earned on each day, what the broker kept of it, what was paid out. */
export function earningsSheet(month: Month, earned: EarningsMonth, issuing: Issuing): Sheet {
  const parts = partsOf(month, earned);
  const rowOf = (booking: Line) => tellBooking(booking, issuing.nameOf);
  return {
    title: `Earnings in ${tellMonth(month)}`,
    from: issuing.from,
    to: issuing.to,
    facts: [{ label: 'Month', value: `${tellMonth(month)}, UTC` }],
    sections: [
      summarySection(summaryOf(earned, parts)),
      { title: 'Devices by day', columns: dayColumns, rows: earned.days.map(dayRow) },
      { title: 'Corrections', columns: bookingColumns, rows: parts.corrections.map(rowOf) },
      { title: 'Payouts', columns: bookingColumns, rows: parts.payouts.map(rowOf) },
    ].filter(({ rows }) => rows.length > 0),
    total: { label: 'Net earnings in this month', amount: String(roundToCents(parts.net)) },
    notes: [
      'Taxes on these earnings are yours: the broker withholds none. Please declare them where you live.',
      'A day counts what was metered up to it; all times are UTC.',
    ],
    chain: chainOf(
      earned.pending.opening + earned.available.opening,
      parts.net + sumOf(parts.corrections) + sumOf(parts.payouts),
      earned.pending.closing + earned.available.closing,
    ),
  };
}

/** What the month consists of, checked against both accounts. */
function partsOf(month: Month, { days, pending, available }: EarningsMonth) {
  const isLine = (booking: Booking<EarningsKind>): booking is Line => booking.kind !== 'earningsMatured';
  const net = days.reduce((sum, { gross, fee }) => sum + gross - fee, 0n);
  const matured = sumOf(available.bookings.filter((booking) => !isLine(booking)));
  const corrections = pending.bookings.filter(isLine);
  const payouts = available.bookings.filter(isLine);
  const fits =
    pending.opening + net + sumOf(corrections) - matured === pending.closing &&
    available.opening + matured + sumOf(payouts) === available.closing;
  invariant(fits, `the earnings statement of ${month} does not add up`);
  return { net, matured, corrections, payouts };
}

function summaryOf({ days, pending, available }: EarningsMonth, parts: ReturnType<typeof partsOf>): [string, bigint][] {
  return [
    ['Not paid out at the beginning', pending.opening + available.opening],
    ['Gross of all devices', days.reduce((sum, { gross }) => sum + gross, 0n)],
    ['Platform fee', -days.reduce((sum, { fee }) => sum + fee, 0n)],
    ['Net earnings', parts.net],
    ['Corrections', sumOf(parts.corrections)],
    ['Payouts', sumOf(parts.payouts)],
    ['Not paid out at the end', pending.closing + available.closing],
    ['of that, matured', available.closing],
    ['Matured in this month', parts.matured],
  ];
}

function tellBooking({ kind, at, about, amount }: Line, nameOf: Issuing['nameOf']): string[] {
  const text = tellings[kind](nameOf(about.provider ?? ''), about.reason ?? '');
  return [at.toISOString(), text, String(amount)];
}

function dayRow({ day, device, connectedMs, gross, fee }: DeviceDay): string[] {
  return [day, device, ...[connectedMs, gross, -fee, gross - fee].map(String)];
}
