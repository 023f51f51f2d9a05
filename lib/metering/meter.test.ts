import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rateLimits } from '../money.ts';
import { feeOf, grossOf, runwaySecondsOf } from './meter.ts';

const rate = fc.bigInt(rateLimits.least, rateLimits.most);
const stretches = fc.array(fc.bigInt(0n, 7_200_000n), { maxLength: 50 });
const feeBasisPoints = fc.integer({ min: 0, max: 10_000 });

test('however a time is cut into charges, they add up to the price of the whole', () => {
  fc.assert(
    fc.property(rate, stretches, feeBasisPoints, (rate, stretches, feeBasisPoints) => {
      let [ms, posted, postedFee] = [0n, 0n, 0n];
      for (const stretch of stretches) {
        ms += stretch;
        const [gross, fee] = [grossOf(rate, ms) - posted, feeOf(grossOf(rate, ms), feeBasisPoints) - postedFee];
        expect(gross).toBeGreaterThanOrEqual(0n);
        expect(fee).toBeGreaterThanOrEqual(0n);
        expect(gross - fee).toBeGreaterThanOrEqual(0n);
        posted += gross;
        postedFee += fee;
      }
      expect(posted).toBe((rate * ms) / 3_600_000n);
      expect(postedFee).toBe((posted * BigInt(feeBasisPoints)) / 10_000n);
    }),
  );
});

test('a month at the lowest rate, read every minute, loses nothing to rounding', () => {
  expect(grossOf(100n, 720n * 3_600_000n)).toBe(72_000n);
});

test('a wallet lasts for as long as it can pay what runs, and not for ever when nothing does', () => {
  expect(runwaySecondsOf(1_000_000n, 10_000n)).toBe(360_000);
  expect(runwaySecondsOf(-5n, 10_000n)).toBe(0);
  expect(runwaySecondsOf(5n, 0n)).toBeNull();
});
