import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { db } from '#db/client';
import { createSession } from '../sessions/commands.ts';
import { listSessions } from '../sessions/queries.ts';
import { requestPayout } from './commands.ts';
import { beginOnboarding, chooseDestination, refreshPayee, refreshPayees, removeDestination } from './destinations.ts';
import { clearHeldPayouts } from './holds.ts';
import { submitPayouts } from './sending.ts';
import {
  destinationOf,
  expectBooks,
  hoursAfter,
  lettersTo,
  makeOwner,
  openHouse,
  payoutOf,
  payoutsOf,
  subjectsTo,
  treasuryOf,
} from './testing.ts';

afterEach(expectBooks);

const choose = (treasury: ReturnType<typeof treasuryOf>, ownerId: string, typed: string, hour = 0) =>
  chooseDestination(treasury, {
    ownerId,
    sessionId: randomUUID(),
    provider: 'house',
    typed,
    at: hoursAfter(hour),
  });

test('a payout to a new destination waits for 72 hours, and its owner had a mail about it', async () => {
  const house = openHouse();
  const treasury = treasuryOf([house.provider]);
  const ownerId = await makeOwner(30_000_000n);
  expect(await choose(treasury, ownerId, ' ida@house.example ')).toMatchObject({ ok: true });
  const [letter] = await lettersTo(ownerId);
  for (const words of ['The House', 'ida@house.example', '72 hours', '/forgot']) expect(letter).toContain(words);

  const asked = await requestPayout(treasury, { ownerId, at: hoursAfter(1) });
  const payoutId = asked.ok ? asked.value.payoutId : '';
  expect(await payoutOf(payoutId)).toMatchObject({ state: 'held', heldFor: 'newDestination' });
  for (const hour of [2, 71.9, 72]) {
    await clearHeldPayouts(treasury, { at: hoursAfter(hour) });
    await submitPayouts(treasury, { at: hoursAfter(hour) });
    expect((await payoutOf(payoutId)).state).toBe(hour < 72 ? 'held' : 'submitted');
  }
  expect(house.known.get(`payout:${payoutId}`)).toMatchObject({ destination: 'ida@house.example' });
});

test('a thief who changes the destination gets nothing of what was asked for before, and nothing for 72 hours', async () => {
  const house = openHouse();
  const treasury = treasuryOf([house.provider]);
  const ownerId = await makeOwner(30_000_000n);
  await choose(treasury, ownerId, 'ida@house.example', -100);
  await requestPayout(treasury, { ownerId, at: hoursAfter(0) });
  await choose(treasury, ownerId, 'thief@house.example', 0);
  await submitPayouts(treasury, { at: hoursAfter(1) });
  expect([...house.known.values()]).toMatchObject([{ destination: 'ida@house.example' }]);
  expect(await subjectsTo(ownerId)).toHaveLength(2);
});

test('choosing the same destination again neither starts the wait anew nor writes again', async () => {
  const treasury = treasuryOf([openHouse().provider]);
  const ownerId = await makeOwner(0n + 1n);
  await choose(treasury, ownerId, 'ida@house.example');
  const before = await destinationOf(ownerId);
  await choose(treasury, ownerId, 'ida@house.example', 50);
  expect(await destinationOf(ownerId)).toEqual(before);
  expect(await subjectsTo(ownerId)).toHaveLength(1);
});

test('ten choices at once leave one destination', async () => {
  const treasury = treasuryOf([openHouse().provider]);
  const ownerId = await makeOwner(1n);
  await Promise.all(Array.from({ length: 10 }, (_, n) => choose(treasury, ownerId, `ida${n}@house.example`)));
  expect((await destinationOf(ownerId))?.destination).toMatch(/^ida\d@/);
});

test('what cannot be paid is not kept, and a house that is not there pays nobody', async () => {
  const treasury = treasuryOf([openHouse().provider]);
  const ownerId = await makeOwner(30_000_000n);
  expect(await choose(treasury, ownerId, 'nobody')).toEqual({ ok: false, reason: 'notADestination' });
  expect(await choose(treasuryOf([]), ownerId, 'ida@house.example')).toEqual({ ok: false, reason: 'noProvider' });
  expect(await destinationOf(ownerId)).toBeNull();
  const asked = await requestPayout(treasury, { ownerId, at: hoursAfter(0) });
  expect(asked).toEqual({ ok: false, reason: 'noDestination' });
});

test('an owner whom a house wants to know first is paid when it does, and goes on where they were', async () => {
  const house = openHouse({ onboarding: true });
  const treasury = treasuryOf([house.provider]);
  const ownerId = await makeOwner(30_000_000n);
  const begin = (hour: number) =>
    beginOnboarding(treasury, { ownerId, sessionId: randomUUID(), provider: 'house', at: hoursAfter(hour) });
  expect(await begin(0)).toEqual({ ok: true, value: { url: 'https://house.example/who' } });
  await refreshPayee(treasury, { ownerId });
  expect(await destinationOf(ownerId)).toMatchObject({ ready: false, missing: ['a passport'] });
  const ask = () => requestPayout(treasury, { ownerId, at: hoursAfter(80) });
  expect(await ask()).toEqual({ ok: false, reason: 'notReady' });

  await begin(70);
  house.ready = true;
  await refreshPayees(treasury);
  expect(await destinationOf(ownerId)).toMatchObject({ ready: true, missing: [], usableAt: hoursAfter(72) });
  expect(await ask()).toMatchObject({ ok: true });
  expect(await payoutsOf(ownerId)).toMatchObject([{ state: 'reserved' }]);
});

test('whoever removes the destination is paid no more, but gets what was asked for before', async () => {
  const house = openHouse();
  const treasury = treasuryOf([house.provider]);
  const ownerId = await makeOwner(30_000_000n);
  await choose(treasury, ownerId, 'ida@house.example', -100);
  await requestPayout(treasury, { ownerId, at: hoursAfter(0) });
  await removeDestination(treasury, { ownerId, sessionId: randomUUID(), at: hoursAfter(0) });
  await submitPayouts(treasury, { at: hoursAfter(0) });
  expect([...house.known.values()]).toMatchObject([{ destination: 'ida@house.example' }]);
  const again = await requestPayout(treasury, { ownerId, at: hoursAfter(0) });
  expect(again).toEqual({ ok: false, reason: 'noDestination' });
});

test('whoever changes or removes where they are paid is written to, and signed in nowhere else', async () => {
  const house = openHouse();
  const treasury = treasuryOf([house.provider]);
  const ownerId = await makeOwner(1n);
  const at = hoursAfter(0);
  const signIn = () => createSession(db, { userId: ownerId, address: '192.0.2.1', userAgent: '', at });
  const sessionId = await signIn();
  const changes = [
    () => chooseDestination(treasury, { ownerId, sessionId, provider: 'house', typed: 'ida@house.example', at }),
    () => removeDestination(treasury, { ownerId, sessionId, at }),
    () => removeDestination(treasury, { ownerId, sessionId, at }),
  ];
  for (const [done, change] of changes.entries()) {
    const other = await signIn();
    await change();
    const open = (await listSessions(ownerId, at)).map(({ id }) => id);
    // The last one finds nothing to remove, and so nothing to tell.
    expect(open.sort()).toEqual(done === 2 ? [sessionId, other].sort() : [sessionId]);
  }
  expect(await subjectsTo(ownerId)).toEqual([
    'Where you are paid was changed',
    'The place where you are paid was removed',
  ]);
});
