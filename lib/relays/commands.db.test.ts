import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { deviceEvents, devices, tunnelIntervals } from '#db/schema/devices';
import { proofIntervals, rentals } from '#db/schema/rentals';
import { checkInvariants } from '../ledger/invariants.ts';
import { tickMeters } from '../metering/commands.ts';
import { getRentalCost } from '../metering/queries.ts';
import { after, makeRental, makeUser, start } from '../metering/testing.ts';
import { stopRental } from '../rentals/commands.ts';
import { recordProofs, recordTunnels } from './commands.ts';
import { listLastProofs } from './queries.ts';

/** A device whose tunnel the relay says to see, or not, at some second. */
async function makeTunnel() {
  const [rental] = await db
    .select()
    .from(rentals)
    .where(eq(rentals.id, await makeRental(await makeUser(10_000_000n))));
  const { deviceId, relayId } = rental ?? { deviceId: '', relayId: '' };
  return {
    seen: (second: number, up = true) => recordTunnels({ relayId, up: up ? [deviceId] : [], at: after(second) }),
    device: async () => (await db.select().from(devices).where(eq(devices.id, deviceId)))[0],
    async stretches() {
      const own = eq(tunnelIntervals.deviceId, deviceId);
      const rows = await db.select().from(tunnelIntervals).where(own).orderBy(tunnelIntervals.fromAt);
      return rows.map(({ fromAt, toAt }) => [fromAt, toAt]);
    },
    async story() {
      const own = eq(deviceEvents.deviceId, deviceId);
      return (await db.select().from(deviceEvents).where(own).orderBy(deviceEvents.id)).map(({ kind }) => kind);
    },
  };
}

test('a tunnel that is seen again and again is one stretch, and a lost one begins another', async () => {
  const { seen, device, stretches, story } = await makeTunnel();
  await seen(0);
  await seen(10);
  await seen(20);
  await seen(22, false);
  await seen(25);
  expect(await stretches()).toEqual([
    [after(0), after(20)],
    [after(25), after(25)],
  ]);
  expect((await device())?.tunnelUpSince).toEqual(after(25));
  expect(await story()).toEqual(['tunnelOpened', 'tunnelLost', 'tunnelOpened']);
});

test('a tunnel that nobody watched for more than 30 s begins a stretch of its own', async () => {
  const { seen, stretches } = await makeTunnel();
  await seen(0);
  await seen(35);
  expect(await stretches()).toEqual([
    [after(0), after(0)],
    [after(35), after(35)],
  ]);
});

/** Tells the relay's proof that a rental answered between these seconds. */
const tell = (rental: string, ...stretches: [from: number, to: number][]) =>
  recordProofs(
    stretches.map(([from, to]) => ({
      rentalId: rental,
      from: after(from),
      to: after(to),
      proofs: Math.floor((to - from) / 10) + 1,
      handshakeAt: null,
    })),
  );

const provenOf = async (rental: string) =>
  (
    await db.select().from(proofIntervals).where(eq(proofIntervals.rentalId, rental)).orderBy(proofIntervals.fromAt)
  ).map(({ fromAt, toAt }) => [fromAt, toAt].map((instant) => (instant.getTime() - start.getTime()) / 1000));

/** A rental at a micro-dollar a millisecond that is active since the start. */
async function makeActive() {
  const renterId = await makeUser(100_000_000n);
  const id = await makeRental(renterId, { ownerId: await makeUser(), rate: 3_600_000n });
  await db.update(rentals).set({ stateSince: start }).where(eq(rentals.id, id));
  const [row] = await db.select().from(rentals).where(eq(rentals.id, id));
  await db
    .update(devices)
    .set({ state: 'rented' })
    .where(eq(devices.id, row?.deviceId ?? ''));
  return { id, renterId };
}

/** What a rental's bill and its proofs say, both in milliseconds. */
async function bothSides(rental: string) {
  const proven = await provenOf(rental);
  const shown = proven.reduce((sum, [from = 0, to = 0]) => sum + Math.round((to - from) * 1000), 0);
  return { shown: BigInt(shown), billed: (await getRentalCost(rental)).gross };
}

test('telling a proven stretch twice or late changes nothing, telling more of it makes it longer', async () => {
  const { id } = await makeActive();
  for (const to of [10, 20, 20, 10]) await tell(id, [0, to]);
  expect(await provenOf(id)).toEqual([[0, 20]]);
});

test('proofs of a rental that is getting ready, paused or over are dropped', async () => {
  for (const state of ['preparing', 'suspended', 'ended', 'cancelled'] as const) {
    const { id } = await makeActive();
    await db.update(rentals).set({ state }).where(eq(rentals.id, id));
    await tell(id, [100, 110]);
    expect(await provenOf(id)).toEqual([]);
  }
});

test('a stretch that goes on over a pause counts from when the rental was resumed', async () => {
  const { id } = await makeActive();
  await tell(id, [0, 100]);
  await db
    .update(rentals)
    .set({ stateSince: after(115) })
    .where(eq(rentals.id, id));
  expect(await listLastProofs([id])).toEqual([]);
  for (const to of [120, 130, 140]) await tell(id, [0, to]);
  expect(await provenOf(id)).toEqual([
    [0, 100],
    [115, 140],
  ]);
  expect(await listLastProofs([id])).toMatchObject([{ from: after(115), to: after(140) }]);
});

test('two daemons that overlap for a while prove no instant twice', async () => {
  const { id } = await makeActive();
  await tell(id, [0, 10]);
  await Promise.all([tell(id, [5, 30]), tell(id, [0, 20]), tell(id, [15, 40])]);
  await tell(id, [0, 35], [100, 110]);
  await tell(id, [105, 120], [100, 115]);
  expect(await provenOf(id)).toEqual([
    [0, 40],
    [100, 120],
  ]);
  expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
});

test('a rental that ends in the middle of a stretch shows as proven what it was billed for', async () => {
  const { id, renterId } = await makeActive();
  await tell(id, [0, 50], [100, 170], [300, 310]);
  await tickMeters({ at: after(40) });
  await stopRental({ rentalId: id, renterId, at: after(120) });
  expect(await provenOf(id)).toEqual([
    [0, 50],
    [100, 120],
  ]);
  expect(await bothSides(id)).toEqual({ shown: 70_000n, billed: 70_000n });
});

test('a tick by a clock that is ahead of the one that ends the rental is billed and shown', async () => {
  const { id, renterId } = await makeActive();
  await tell(id, [0, 50]);
  await tickMeters({ at: after(45) });
  await stopRental({ rentalId: id, renterId, at: after(30) });
  expect(await bothSides(id)).toEqual({ shown: 45_000n, billed: 45_000n });
});

test('whatever arrives while a rental is being stopped, its proofs are what it was billed for', async () => {
  for (let round = 0; round < 25; round++) {
    const { id, renterId } = await makeActive();
    const told = (async () => {
      for (let to = 1; to <= 12; to++) await tell(id, [0, to]);
    })();
    await sleep(round);
    await Promise.all([told, tickMeters({ at: after(8) }), stopRental({ rentalId: id, renterId, at: after(9) })]);
    const { shown, billed } = await bothSides(id);
    expect(shown).toBe(billed);
  }
  expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
});
