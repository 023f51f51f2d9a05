import { expect, test } from 'vitest';
import { compare, type Movement, type Sides } from './differences.ts';

const at = new Date('2026-11-22T12:00:00Z');
const hoursAgo = (hours: number) => new Date(at.getTime() - hours * 3_600_000);
const usd = (amount: bigint) => ({ currency: 'USD', amount });

const told = (reference: string, amount: bigint, more: { fee?: bigint; hours?: number } = {}) => ({
  reference,
  amount: usd(amount),
  fee: usd(more.fee ?? 0n),
  at: hoursAgo(more.hours ?? 12),
});
const booked = (reference: string, amount: bigint, more: Partial<Movement> = {}): Movement => ({
  reference,
  ...usd(amount),
  at: hoursAgo(12),
  renamed: false,
  ...more,
});

/** The differences, where balances agree unless a test says otherwise. */
const differ = (sides: Partial<Sides>) =>
  compare({ ledger: [usd(0n)], reported: [usd(0n)], here: [], there: [], since: hoursAgo(24), at, ...sides });
const movement = (reference: string, here: string | null, there: string | null) => ({
  kind: 'movement',
  reference,
  currency: 'USD',
  here,
  there,
});

test('what both sides tell is no difference, with the provider’s fee taken off', () => {
  expect(differ({ here: [booked('pay-1', 941n)], there: [told('pay-1', 1000n, { fee: 59n })] })).toEqual([]);
});

test('a movement that only one side knows, or with another amount, is told', () => {
  expect(differ({ there: [told('fee-of-june', -500n)] })).toEqual([movement('fee-of-june', null, '-500')]);
  expect(differ({ here: [booked('pay-1', 1000n)] })).toEqual([movement('pay-1', '1000', null)]);
  const [here, there] = [[booked('pay-1', 1000n)], [told('pay-1', 1000n, { fee: 59n })]];
  expect(differ({ here, there })).toEqual([movement('pay-1', '1000', '941')]);
});

test('a dispute that was opened and won is two movements under one name', () => {
  const here = [booked('dp-1', -1015n), booked('dp-1', 1000n)];
  expect(differ({ here, there: [told('dp-1', -1015n), told('dp-1', 1000n)] })).toEqual([]);
  expect(differ({ here, there: [told('dp-1', -1015n)] })).toEqual([movement('dp-1', '1000', null)]);
});

test('a payout that the provider names otherwise is known by its amount, each once', () => {
  const here = [booked('batch-1', -400n, { renamed: true })];
  expect(differ({ here, there: [told('txn-7', -400n)] })).toEqual([]);
  const twice = [told('txn-7', -400n), told('txn-8', -400n)];
  expect(differ({ here, there: twice })).toEqual([movement('txn-8', null, '-400')]);
});

test('what is not six hours old is left for the next time', () => {
  expect(differ({ here: [booked('pay-1', 1000n, { at: hoursAgo(5) })] })).toEqual([]);
  expect(differ({ there: [told('pay-2', 1000n, { hours: 5 })], reported: [usd(1000n)] })).toEqual([]);
});

test('what was booked before the time in question need not be told again', () => {
  expect(differ({ here: [booked('pay-1', 1000n, { at: hoursAgo(30) })] })).toEqual([]);
});

test('a payout on its way may stand there already, and the balance with it', () => {
  const here = [booked('po-1', -400n, { at: null, renamed: true })];
  expect(differ({ here, there: [told('po-1', -400n)], ledger: [usd(1000n)], reported: [usd(600n)] })).toEqual([]);
  expect(differ({ here, there: [], ledger: [usd(1000n)], reported: [usd(1000n)] })).toEqual([]);
});

test('balances that differ are told in every currency', () => {
  const balance = { kind: 'balance', reference: 'balance' };
  expect(differ({ ledger: [usd(5n)], reported: [{ currency: 'EUR', amount: 7n }] })).toEqual([
    { ...balance, currency: 'EUR', here: '0', there: '7' },
    { ...balance, currency: 'USD', here: '5', there: '0' },
  ]);
});
