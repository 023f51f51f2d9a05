import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LONGEST_GAP_MS } from '#lib/rentals/deadlines';
import { extendInterval, type Interval } from './intervals.ts';

/** The stretches that proofs at these moments (ms, in the order in which they were made) become. */
function stretches(moments: number[]): Interval[] {
  const all: Interval[] = [];
  for (const moment of moments) {
    const last = all.at(-1) ?? null;
    const next = extendInterval(last, { at: new Date(moment), handshake: false });
    if (next.from.getTime() === last?.from.getTime()) all.pop();
    all.push(next);
  }
  return all;
}

const length = ({ from, to }: Interval) => to.getTime() - from.getTime();
const gaps = fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 60 });

test('exactly the gaps of at most 30 s between proofs are proven time', () => {
  fc.assert(
    fc.property(gaps, (list) => {
      const moments = [0];
      for (const gap of list) moments.push((moments.at(-1) ?? 0) + gap);
      const proven = stretches(moments).reduce((sum, stretch) => sum + length(stretch), 0);
      expect(proven).toBe(list.filter((gap) => gap <= LONGEST_GAP_MS).reduce((sum, gap) => sum + gap, 0));
    }),
  );
});

test('stretches never overlap and never exceed the time that passed, even when the clock is set back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1 }), (moments) => {
      const all = stretches(moments);
      const sum = all.reduce((total, stretch) => total + length(stretch), 0);
      expect(sum).toBeLessThanOrEqual(Math.max(...moments) - Math.min(...moments));
      all.slice(1).forEach((stretch, index) => {
        expect(stretch.from.getTime()).toBeGreaterThan(all[index]?.to.getTime() ?? 0);
      });
    }),
  );
});

test('a single proof proves no time', () => {
  expect(stretches([5000]).map(length)).toEqual([0]);
});
