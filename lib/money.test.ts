import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatExactMoney, formatMoney, parseMoney } from './money.ts';

test('a price shows cents, and further decimals only where it has them', () => {
  expect([0n, 10_000n, 10_500n, 100n, 1_234_567_890_000n, -500_000n].map(formatMoney)).toEqual([
    '$0.00',
    '$0.01',
    '$0.0105',
    '$0.0001',
    '$1,234,567.89',
    '−$0.50',
  ]);
});

test('what a price shows, read again, is the same price to the micro-dollar', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 17n), (amount) => {
      expect(parseMoney(formatMoney(amount))).toBe(amount);
      expect(parseMoney(formatExactMoney(amount))).toBe(amount);
    }),
  );
});

test.each(['', '-1', '1e309', 'NaN', 'Infinity', '0x10', '1.0000001', '1 000', '1,00', '٣', '$', '1.', '.5'])(
  '%j is not an amount of money',
  (text) => {
    expect(parseMoney(text)).toBeNull();
  },
);
