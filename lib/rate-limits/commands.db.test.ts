import { expect, test } from 'vitest';
import { allow, forgetOldLimits } from './commands.ts';

const start = new Date('2026-01-01T12:00:00Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const tryAt = (key: string, at: Date) => allow({ key, limit: 3, windowSeconds: 60, at });

test('of a hundred tries in one moment exactly as many pass as the limit says', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => tryAt('crowd', start)));
  expect(answers.filter(Boolean)).toHaveLength(3);
});

test('a window that is over no longer counts, and each key counts for itself', async () => {
  for (const seconds of [0, 10, 20]) expect(await tryAt('one', after(seconds))).toBe(true);
  expect(await tryAt('one', after(59))).toBe(false);
  expect(await tryAt('two', after(59))).toBe(true);
  expect(await tryAt('one', after(60))).toBe(true);
});

test('sweeping old counts forgets no window that still runs', async () => {
  for (let tries = 0; tries < 3; tries++) await tryAt('swept', start);
  await forgetOldLimits({ at: after(30) });
  expect(await tryAt('swept', after(31))).toBe(false);
});
