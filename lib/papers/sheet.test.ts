import { expect, test } from 'vitest';
import { roundToCents } from '../money.ts';
import { csvOf } from './csv.ts';
import { lastDayOf, monthOf, nextMonth } from './months.ts';
import { pdfOf } from './pdf.ts';
import { showCell } from './sheet.ts';
import { statementSheet, type WalletMonth } from './statement.ts';

const issuing = {
  from: { name: 'The Broker', address: ['Storgata 1'], taxId: 'NO 1' },
  to: { name: 'Łukasz 中村', address: [], taxId: null },
  nameOf: () => 'First Bank',
};
const line = {
  rental: 'amber-otter-42',
  device: '=HYPERLINK("http://evil.example")',
  from: new Date('2026-11-01T00:00:00.000Z'),
  to: new Date('2026-11-01T00:30:00.500Z'),
  connectedMs: 1_800_500n,
  rate: 10_000n,
  amount: -5_001n,
};
const topUp = {
  kind: 'topUp' as const,
  at: new Date('2026-11-02T10:00:00.000Z'),
  about: { provider: 'bank' },
  amount: 1_000_000n,
};
const fault = { ...topUp, kind: 'faultCredit' as const, about: { reason: '-2+3 hours, "away"' }, amount: 7n };
const wallet: WalletMonth = { opening: 2n, closing: 995_008n, owed: 0n, bookings: [topUp, fault], usage: [line] };

test('a statement as a spreadsheet has one line a movement, and computes nothing that somebody typed', () => {
  expect(csvOf('S-2026-000001', statementSheet('2026-11-01', wallet, issuing)).split('\r\n')).toEqual([
    'Paper,Section,What,Amount,Date,Rental,Device,From,To,Connected,Rate',
    'S-2026-000001,Summary,Opening balance,0.000002,,,,,,,',
    'S-2026-000001,Summary,Top-ups,1.000000,,,,,,,',
    'S-2026-000001,Summary,Refunds,0.000000,,,,,,,',
    'S-2026-000001,Summary,Disputes,0.000000,,,,,,,',
    'S-2026-000001,Summary,Credits,0.000007,,,,,,,',
    'S-2026-000001,Summary,Usage,-0.005001,,,,,,,',
    'S-2026-000001,Summary,Closing balance,0.995008,,,,,,,',
    'S-2026-000001,Top-ups,Top-up by First Bank,1.000000,2026-11-02T10:00:00.000Z,,,,,,',
    'S-2026-000001,Credits,"Credit for a fault: -2+3 hours, ""away""",0.000007,2026-11-02T10:00:00.000Z,,,,,,',
    `S-2026-000001,Usage,,-0.005001,,amber-otter-42,"'=HYPERLINK(""http://evil.example"")",2026-11-01T00:00:00.000Z,2026-11-01T00:30:00.500Z,1800.500,0.010000`,
    '',
  ]);
});

test.each(['=1+1', '+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', ' =1'])(
  'a device called %j is text in a spreadsheet',
  (device) => {
    const usage = [{ ...line, device, amount: 0n }];
    const sheet = statementSheet('2026-11-01', { ...wallet, bookings: [], closing: 2n, usage }, issuing);
    expect(csvOf('S', sheet)).toMatch(/,"?'[\s=+\-@]/);
  },
);

test('a statement that does not add up is not made', () => {
  expect(() => statementSheet('2026-11-01', { ...wallet, closing: 995_009n }, issuing)).toThrow('does not add up');
});

test('a PDF has all lines, also of names that its font does not know', async () => {
  const usage = Array.from({ length: 200 }, () => ({ ...line, device: '中村', amount: 0n }));
  const sheet = statementSheet('2026-11-01', { ...wallet, bookings: [], closing: 2n, usage }, issuing);
  const text = Buffer.from(await pdfOf('S-2026-000001', new Date('2026-12-01'), sheet)).toString('latin1');
  expect(text.startsWith('%PDF-1.')).toBe(true);
  expect(Number(/\/Count (\d+)/.exec(text)?.[1])).toBe(4);
});

test('totals are rounded half a cent away from zero', () => {
  expect([4_999n, 5_000n, -4_999n, -5_000n, 15_000n].map(roundToCents)).toEqual([0n, 10_000n, 0n, -10_000n, 20_000n]);
});

test('a month is one of UTC, whatever the year does', () => {
  expect(monthOf(new Date('2026-12-31T23:59:59.999Z'))).toBe('2026-12-01');
  expect(nextMonth('2026-12-01')).toBe('2027-01-01');
  expect(['2027-02-01', '2028-02-01'].map(lastDayOf)).toEqual(['2027-02-28', '2028-02-29']);
  expect(showCell('connected', '5')).toBe('0.005 s');
});
