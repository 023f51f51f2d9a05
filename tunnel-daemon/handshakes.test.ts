import { expect, test } from 'vitest';
import { untilFirstHandshake, untilNextHandshake } from './handshakes.ts';

const MINUTE = 60_000;
const draw = (one: () => number) => Array.from({ length: 10_000 }, one);

test('the next handshake comes at any moment between five minutes and an hour', () => {
  const drawn = draw(untilNextHandshake);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(5 * MINUTE);
  expect(Math.max(...drawn)).toBeLessThan(60 * MINUTE);
  expect(new Set(drawn.map((pause) => Math.floor(pause / MINUTE))).size).toBe(55);
});

test('of ten thousand rentals taken over at once no minute has more than a few hundred handshakes', () => {
  const perMinute = new Map<number, number>();
  for (const pause of draw(untilFirstHandshake)) {
    const minute = Math.floor(pause / MINUTE);
    perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
  }
  expect(Math.max(...perMinute.values())).toBeLessThan(300);
});
