import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createClock } from './clock.ts';

const MINUTE = 60_000;
const apart = (one: Date, other: number) => Math.abs(one.getTime() - other);

test('a relay goes by the database’s time, however wrong its own machine is', async () => {
  const clock = createClock(async () => new Date(Date.now() - 60 * MINUTE));
  await clock.compare();
  expect(apart(clock.now(), Date.now() - 60 * MINUTE)).toBeLessThan(100);
});

test('while the database is away the time goes on as it was', async () => {
  const database = { away: false };
  const clock = createClock(async () => {
    if (database.away) throw new RangeError('away');
    return new Date(Date.now() + MINUTE);
  });
  await clock.compare();
  database.away = true;
  await expect(clock.compare()).rejects.toThrow('away');
  expect(apart(clock.now(), Date.now() + MINUTE)).toBeLessThan(100);
});

test('an answer that came late does not move the clock', async () => {
  const database = { delay: 0 };
  const clock = createClock(async () => {
    await sleep(database.delay);
    return new Date();
  });
  await clock.compare();
  database.delay = 800;
  await clock.compare();
  expect(apart(clock.now(), Date.now())).toBeLessThan(100);
});

test('the first answer counts even when it came late: any is better than this machine’s guess', async () => {
  const clock = createClock(async () => {
    await sleep(600);
    return new Date(Date.now() - 60 * MINUTE);
  });
  await clock.compare();
  expect(apart(clock.now(), Date.now() - 60 * MINUTE)).toBeLessThan(1000);
});
