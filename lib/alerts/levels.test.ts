import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Alert, alertsOf } from './levels.ts';

const HOUR = 1_000_000n;
const wallet = (hours: number, level: bigint | null = null) => ({
  spendable: BigInt(Math.round(hours * 1e6)),
  burnPerHour: HOUR,
  level,
});

test.each([
  [25, null],
  [23.9, 'day'],
  [0.9, 'hour'],
  [0.16, 'minutes'],
  [0, 'minutes'],
])('with funds for %s hours a person hears of %s', (hours, alert) => {
  expect(alertsOf(wallet(hours), []).tell).toBe(alert);
});

test('nobody hears twice of the same, and again after the wallet was filled', () => {
  const first = alertsOf(wallet(0.5), []);
  expect(alertsOf(wallet(0.4), first.now).tell).toBeNull();
  const filled = alertsOf(wallet(30), first.now);
  expect(filled).toEqual({ tell: null, now: [] });
  expect(alertsOf(wallet(0.5), filled.now).tell).toBe('hour');
});

test('a wallet from which nothing is used never runs out, but may be below one’s own level', () => {
  const idle = { spendable: 5n, burnPerHour: 0n, level: null };
  expect(alertsOf(idle, [])).toEqual({ tell: null, now: [] });
  expect(alertsOf({ ...idle, level: 6n }, []).tell).toBe('level');
});

test('as a wallet only shrinks, each alert is told at most once, from the mildest to the most pressing', () => {
  const shrinking = fc.array(fc.integer({ min: 0, max: 30_000_000 }), { minLength: 1 });
  fc.assert(
    fc.property(shrinking, (amounts) => {
      const heard: Alert[] = [];
      let told: Alert[] = [];
      for (const spendable of amounts.toSorted((one, other) => other - one)) {
        const { tell, now } = alertsOf({ spendable: BigInt(spendable), burnPerHour: HOUR, level: 2n * HOUR }, told);
        if (tell) heard.push(tell);
        told = now;
      }
      expect(new Set(heard).size).toBe(heard.length);
    }),
  );
});
