import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DOLLAR } from '../money.ts';
import { decimalUnits, dollarsAtQuote, dollarsFor, unitsFor } from './quotes.ts';

const price = fc.bigInt(1n, 1_000_000n * DOLLAR);
const dollars = fc.bigInt(1n, 100_000n * DOLLAR);
const decimals = fc.integer({ min: 0, max: 9 });

test('ten dollars are so many satoshi at the price of the day', () => {
  expect(unitsFor(10n * DOLLAR, 97_123_450_000n, 8)).toBe(10_297n);
  expect(dollarsFor(10_297n, 97_123_450_000n, 8)).toBe(10_000_801n);
});

test('who pays the quoted amount gets exactly the dollars that were asked for', () => {
  fc.assert(
    fc.property(price, dollars, decimals, (at, asked, places) => {
      const amount = unitsFor(asked, at, places);
      expect(dollarsAtQuote(amount, { amount, dollars: asked })).toBe(asked);
      expect(dollarsAtQuote(2n * amount, { amount, dollars: asked })).toBe(2n * asked);
    }),
  );
});

test('the quoted amount is worth what was asked for, and one unit less is not', () => {
  fc.assert(
    fc.property(price, dollars, decimals, (at, asked, places) => {
      const amount = unitsFor(asked, at, places);
      expect(dollarsFor(amount, at, places)).toBeGreaterThanOrEqual(asked);
      expect(dollarsFor(amount - 1n, at, places)).toBeLessThan(asked);
    }),
  );
});

test.each([
  [0n, 8, '0'],
  [16_500n, 8, '0.000165'],
  [100_000_000n, 8, '1'],
  [12_500_000n, 6, '12.5'],
  [7n, 0, '7'],
])('%d units with %d decimals are written %s', (amount, places, written) => {
  expect(decimalUnits(amount, places)).toBe(written);
});
