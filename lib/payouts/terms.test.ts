import { expect, test } from 'vitest';
import { DOLLAR } from '../money.ts';
import {
  holdReasonOf,
  lastPayday,
  nextCheckAt,
  nextPayday,
  payableOf,
  payoutIdOf,
  payoutKey,
  unitsFor,
} from './terms.ts';

const at = new Date('2026-11-22T17:00:00Z');
const facts = {
  amount: 30n * DOLLAR,
  reviewFrom: 500n * DOLLAR,
  approved: false,
  frozen: false,
  ready: true,
  usableAt: at,
};

test('a payout leaves when its destination is old enough, known to the provider, and nobody has to look first', () => {
  expect(holdReasonOf(facts, at)).toBeNull();
  expect(holdReasonOf({ ...facts, usableAt: new Date(at.getTime() + 1) }, at)).toBe('newDestination');
  expect(holdReasonOf({ ...facts, ready: false }, at)).toBe('notReady');
  expect(holdReasonOf({ ...facts, frozen: true }, at)).toBe('frozen');
  expect(holdReasonOf({ ...facts, amount: 500n * DOLLAR }, at)).toBe('review');
  expect(holdReasonOf({ ...facts, amount: 500n * DOLLAR, approved: true }, at)).toBeNull();
  expect(holdReasonOf({ ...facts, amount: 500n * DOLLAR - 1n }, at)).toBeNull();
});

test('an approved payout of a frozen owner stays', () => {
  expect(holdReasonOf({ ...facts, amount: 500n * DOLLAR, approved: true, frozen: true }, at)).toBe('frozen');
});

test('whole cents are paid out, from a minimum on, and never nothing', () => {
  expect(payableOf(20_009_999n, 20n * DOLLAR)).toBe(20n * DOLLAR);
  expect(payableOf(19_999_999n, 20n * DOLLAR)).toBeNull();
  expect(payableOf(9_999n, 0n)).toBeNull();
  expect(payableOf(-5n, 0n)).toBeNull();
});

test('payday is Monday at six in the morning, by UTC', () => {
  expect(lastPayday(at)).toEqual(new Date('2026-11-16T06:00:00Z'));
  expect(nextPayday(at)).toEqual(new Date('2026-11-23T06:00:00Z'));
  const payday = new Date('2026-11-23T06:00:00Z');
  expect(lastPayday(payday)).toEqual(payday);
  expect(lastPayday(new Date(payday.getTime() - 1))).toEqual(new Date('2026-11-16T06:00:00Z'));
});

test('a provider is asked less and less often, and never given up', () => {
  const minutes = [0, 1, 2, 3, 4, 50].map((checks) => (nextCheckAt(checks, at).getTime() - at.getTime()) / 60_000);
  expect(minutes).toEqual([2, 10, 60, 360, 1440, 1440]);
});

test('a key names its payout, and nothing else does', () => {
  const id = '019386b2-0000-7000-8000-000000000000';
  expect(payoutIdOf(payoutKey(id))).toBe(id);
  expect(['', 'payout:', `topUp:${id}`, `payout:${id}:2`, `x payout:${id}`].map(payoutIdOf)).toEqual(
    Array(5).fill(null),
  );
});

test('a payout in coins never costs more than it is worth', () => {
  expect(unitsFor(50n * DOLLAR, { price: 100_000n * DOLLAR, decimals: 8 })).toBe(50_000n);
  expect(unitsFor(50n * DOLLAR, { price: 99_999n * DOLLAR, decimals: 8 })).toBe(50_000n);
  expect(unitsFor(50n * DOLLAR, { price: 3n * DOLLAR, decimals: 6 })).toBe(16_666_666n);
});
