import { eq } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { db } from '#db/client';
import { deviceEvents } from '#db/schema/devices';
import { recordReport } from '../agents/commands.ts';
import {
  after,
  announce,
  deviceOf,
  enrol,
  makeMarketDevice,
  makePerson,
  makeRelay,
  report,
  sealer,
  silenceRelays,
  start,
} from '../agents/testing.ts';
import { contract } from '../contracts/agreement.ts';
import { findListing, findOwnDevice, searchMarket } from '../devices/queries.ts';
import { milestones } from '../devices/story.ts';
import { getWallet } from '../ledger/balances.ts';
import { tickMeters } from '../metering/commands.ts';
import { getRentalCost } from '../metering/queries.ts';
import { prove } from '../metering/testing.ts';
import { rentalProved, rentDevice } from '../rentals/commands.ts';
import { findRental } from '../rentals/queries.ts';
import { closeSilentRelays, recordTunnels } from './commands.ts';

/** A micro-dollar a millisecond. */
const RATE = 3_600_000n;

let relayId: string;
let ownerId: string;
let renterId: string;
let deviceId: string;

beforeEach(async () => {
  await silenceRelays();
  relayId = await makeRelay({ seenAt: start });
  [ownerId, renterId] = await Promise.all([makePerson(), makePerson({ credit: 10n * RATE })]);
  deviceId = await makeMarketDevice(ownerId, { rate: RATE });
});

const rent = (second: number) =>
  rentDevice({ deviceId, renterId, contractHash: contract.hash, rate: RATE, at: after(second), sealer });
const poll = (second: number) => recordReport({ deviceId, report: report(), at: after(second) });
const onMarket = async (second: number) =>
  (await searchMarket({ sort: 'newest', page: 1 }, after(second))).devices.some(({ id }) => id === deviceId);
const storyOf = async () =>
  (await db.select().from(deviceEvents).where(eq(deviceEvents.deviceId, deviceId)).orderBy(deviceEvents.id)).map(
    ({ kind }) => kind,
  );

test('the devices behind a relay that fell silent leave the market and return with its next word', async () => {
  await closeSilentRelays({ at: after(59) });
  await poll(50);
  expect(await onMarket(59)).toBe(true);

  for (const second of [60, 65]) await closeSilentRelays({ at: after(second) });
  expect(await onMarket(65)).toBe(false);
  expect((await storyOf()).filter((kind) => kind === 'relaySilent')).toHaveLength(1);
  expect(await findListing(deviceId, after(65))).toMatchObject({ onMarket: false, online: true, cutOff: true });

  await recordTunnels({ relayId, up: [deviceId], at: after(80) });
  await closeSilentRelays({ at: after(85) });
  expect(await onMarket(85)).toBe(true);
  expect(await findListing(deviceId, after(85))).toMatchObject({ onMarket: true, cutOff: false });
  expect(await rent(85)).toMatchObject({ ok: true });
});

test.each([false, true])('a device behind a silent relay cannot be rented (already swept: %s)', async (swept) => {
  await poll(55);
  if (swept) await closeSilentRelays({ at: after(60) });
  expect(await rent(60)).toEqual({ ok: false, reason: 'relaySilent' });
  expect((await getWallet(renterId, after(60))).free).toBe(10n * RATE);
});

test('its owner reads that the relay is the trouble, not the device', async () => {
  await poll(55);
  await closeSilentRelays({ at: after(60) });
  const device = await findOwnDevice(deviceId, ownerId, after(60));
  const [stop] = device ? milestones(device, after(60)).filter(({ advice }) => advice !== null) : [];
  expect(stop).toMatchObject({ name: 'tunnelOpen', advice: expect.stringContaining('broker’s admin') });
});

test('a rental behind a silent relay is neither ended nor billed, and goes on when the relay is back', async () => {
  const rented = await rent(1);
  const rentalId = rented.ok ? rented.value.rentalId : '';
  await rentalProved({ rentalId, at: after(1) });
  await prove(rentalId, 1, 31);
  await closeSilentRelays({ at: after(600) });
  await tickMeters({ at: after(600) });
  expect((await getRentalCost(rentalId)).gross).toBe(30_000n);
  expect(await findRental(rentalId, { id: renterId, isAdmin: false })).toMatchObject({
    state: 'active',
    tunnelUpSince: null,
    relaySeenAt: start,
  });

  await recordTunnels({ relayId, up: [deviceId], at: after(610) });
  await prove(rentalId, 612, 622);
  await tickMeters({ at: after(630) });
  expect((await getRentalCost(rentalId)).gross).toBe(40_000n);
});

test('an agent is sent to the living relay with the most room, and to none when none is alive', async () => {
  await makeRelay({ seenAt: after(-60) });
  const roomy = await makeRelay({ seenAt: after(-59) });
  await makeRelay({ ports: 3, seenAt: start });
  const first = await announce(ownerId);
  await enrol(first.key);
  expect((await deviceOf(first.deviceId)).relayId).toBe(roomy);

  const second = await announce(ownerId);
  const late = await enrol(second.key, { at: after(60) });
  expect(late).toEqual({ ok: false, reason: 'noRelay' });
  expect(await enrol(second.key, { at: after(59) })).toMatchObject({ ok: true });
});
