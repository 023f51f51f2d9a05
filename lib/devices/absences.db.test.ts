import { eq } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { devices } from '#db/schema/devices';
import { recordReport } from '../agents/commands.ts';
import { after, makeMarketDevice, makePerson, makeRelay, report, sealer, start } from '../agents/testing.ts';
import { contract } from '../contracts/agreement.ts';
import { lettersTo, subjectsTo } from '../payouts/testing.ts';
import { closeSilentRelays, recordTunnels } from '../relays/commands.ts';
import { rentalProved, rentDevice, stopRental } from '../rentals/commands.ts';
import { ABSENCE_MINUTES, tellOfAbsences } from './absences.ts';

const letterhead = { publicUrl: 'https://broker.example', sealer };
const MINUTE = 60;
const long = (ABSENCE_MINUTES + 1) * MINUTE;

let relayId: string;

beforeAll(async () => {
  relayId = await makeRelay({ seenAt: start });
});

/** An owner whose device on the market reported last at the start. */
async function makeOwner({ listed = true } = {}) {
  const ownerId = await makePerson();
  const deviceId = await makeMarketDevice(ownerId, { listed });
  const change = (facts: Partial<typeof devices.$inferInsert>) =>
    db.update(devices).set(facts).where(eq(devices.id, deviceId));
  return {
    deviceId,
    change,
    told: () => subjectsTo(ownerId),
    letters: () => lettersTo(ownerId),
    reportsIn: (seconds: number) => recordReport({ deviceId, report: report(), at: after(seconds) }),
  };
}

const look = (seconds: number, watchingSince = start) =>
  tellOfAbsences(letterhead, { at: after(seconds), watchingSince });

test('an owner hears that a device is out of touch and that it is back, once each time', async () => {
  const { told, reportsIn, letters, deviceId } = await makeOwner();
  await look((ABSENCE_MINUTES - 1) * MINUTE);
  expect(await told()).toEqual([]);
  for (const seconds of [long, long + 60, 10 * long]) await look(seconds);
  expect(await told()).toEqual(['Attic is out of touch']);
  const [letter] = await letters();
  expect(letter).toContain('was last heard of at 2026-11-01 00:00 UTC');
  expect(letter).toContain(`https://broker.example/my/devices/${deviceId}`);

  await reportsIn(11 * long);
  for (const _ of [1, 2]) await look(11 * long + 60);
  expect(await told()).toEqual(['Attic is out of touch', 'Attic is back']);

  await look(13 * long);
  expect(await told()).toHaveLength(3);
});

test('a rented device’s owner is told what that means for the rental, even if it is unlisted', async () => {
  const { change, letters } = await makeOwner();
  await change({ state: 'rented', listed: false });
  await look(long);
  expect(String(await letters())).toContain('after 24 hours the rental ends');
});

test('an owner hears of a device that reports but cannot open its tunnel, why, and when it has one again', async () => {
  const { change, told, letters, deviceId } = await makeOwner();
  await recordTunnels({ relayId, up: [], at: after(2 * long - MINUTE) });
  await change({ tunnelProblem: 'Connection refused.', lastPollAt: after(2 * long) });
  await look(2 * long);
  expect(await told()).toEqual([]);
  await change({ lastPollAt: after(3 * long) });
  for (const _ of [1, 2]) await look(3 * long);
  expect(await told()).toEqual(['Attic cannot be reached']);
  expect(String(await letters())).toContain('It says: Connection refused.');

  await change({ lastPollAt: after(4 * long) });
  await look(4 * long);
  expect(await told()).toHaveLength(1);
  await recordTunnels({ relayId, up: [deviceId], at: after(4 * long) });
  for (const _ of [1, 2]) await look(4 * long);
  expect(await told()).toEqual(['Attic cannot be reached', 'Attic is back']);
});

test('owners are not blamed for a relay that was away', async () => {
  const { change, told, deviceId } = await makeOwner();
  await change({ tunnelUpSince: null });
  await recordTunnels({ relayId, up: [deviceId], at: after(1) });
  await closeSilentRelays({ at: after(3 * long) });
  await recordTunnels({ relayId, up: [], at: after(5 * long) });
  await change({ lastPollAt: after(5 * long) });
  await look(5 * long);
  expect(await told()).toEqual([]);
});

test('whoever rents the device hears that it is away and back, and pays nothing more; who rents no more does not', async () => {
  const { deviceId, reportsIn } = await makeOwner();
  const renterId = await makePerson({ credit: 1_000_000n });
  const asked = { deviceId, renterId, contractHash: contract.hash, rate: 10_000n, at: start, sealer };
  const rented = await rentDevice(asked);
  const rentalId = rented.ok ? rented.value.rentalId : '';
  await rentalProved({ rentalId, at: start });
  for (const _ of [1, 2]) await look(long);
  const [letter] = await lettersTo(renterId);
  expect(letter).toContain('You pay nothing for this time');
  expect(letter).toContain(`https://broker.example/rentals/${rentalId}`);
  await reportsIn(2 * long);
  for (const _ of [1, 2]) await look(2 * long);
  expect((await subjectsTo(renterId)).map((subject) => subject.replace(/^\S+/, 'It'))).toEqual([
    'It cannot be reached',
    'It is back',
  ]);

  await stopRental({ rentalId, renterId, at: after(2 * long) });
  await db.update(devices).set({ state: 'ready' }).where(eq(devices.id, deviceId));
  await look(4 * long);
  expect(await subjectsTo(renterId)).toHaveLength(2);
});

test.each([
  ['is not listed', { listed: false }],
  ['is suspended', { suspendedAt: start }],
  ['is retired', { state: 'retired' }],
  ['has not reported yet', { lastPollAt: null }],
] as const)('nobody is told of a device that %s', async (_, facts) => {
  const { change, told } = await makeOwner();
  await change(facts);
  await look(long);
  expect(await told()).toEqual([]);
});

test('a broker that was away itself waits and hears first who is there', async () => {
  const { told, reportsIn } = await makeOwner();
  await look(5 * long, after(5 * long - MINUTE));
  expect(await told()).toEqual([]);
  await reportsIn(5 * long);
  await look(6 * long - 2 * MINUTE, after(5 * long - 2 * MINUTE));
  expect(await told()).toEqual([]);
});

test('of several processes that look at once, one tells', async () => {
  const { told } = await makeOwner();
  await Promise.all([1, 2, 3].map(() => look(long)));
  expect(await told()).toEqual(['Attic is out of touch']);
});
