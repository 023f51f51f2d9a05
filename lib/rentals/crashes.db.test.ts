import { eq } from 'drizzle-orm';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { usageCharges } from '#db/schema/ledger';
import { proofIntervals, rentalEvents, rentals } from '#db/schema/rentals';
import { atEveryStatement } from '../../db/testing/cuts.ts';
import { suspendUser } from '../accounts/administration.ts';
import { recordReport } from '../agents/commands.ts';
import { after, deviceOf, makeMarketDevice, makePerson, makeRelay, report, sealer, start } from '../agents/testing.ts';
import { contract } from '../contracts/agreement.ts';
import { getWallet } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { postUsage, tickMeters } from '../metering/commands.ts';
import { endExpired, rentalProved, rentDevice, stopRental } from './commands.ts';

/** A micro-dollar a millisecond. */
const RATE = 3_600_000n;

beforeAll(async () => {
  await makeRelay();
});

afterEach(async () => {
  expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
});

type Scene = { deviceId: string; renterId: string };

async function makeScene(): Promise<Scene> {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: 3n * RATE }), makePerson()]);
  return { renterId, deviceId: await makeMarketDevice(ownerId, { rate: RATE }) };
}

const rent = ({ deviceId, renterId }: Scene) =>
  rentDevice({ deviceId, renterId, contractHash: contract.hash, rate: RATE, at: start, sealer });

const rentalsOf = ({ deviceId }: Scene) => db.select().from(rentals).where(eq(rentals.deviceId, deviceId));

async function rentedScene() {
  const scene = await makeScene();
  const rented = await rent(scene);
  return { ...scene, rentalId: rented.ok ? rented.value.rentalId : '' };
}

/** A rental that was proven for a minute. */
async function runningScene() {
  const scene = await rentedScene();
  await rentalProved({ rentalId: scene.rentalId, at: after(1) });
  await db.insert(proofIntervals).values({ rentalId: scene.rentalId, fromAt: after(1), toAt: after(61) });
  return scene;
}

const eventsOf = async (rentalId: string, kind: string) =>
  (await db.select().from(rentalEvents).where(eq(rentalEvents.rentalId, rentalId))).filter((e) => e.kind === kind)
    .length;

test('a broker that is killed while it rents a device out has one rental and one hold when it is asked again', async () => {
  const statements = await atEveryStatement({
    scene: makeScene,
    work: rent,
    expectConverged: async (scene) => {
      expect(await rentalsOf(scene)).toMatchObject([{ state: 'preparing', renterId: scene.renterId }]);
      expect(await getWallet(scene.renterId, start)).toMatchObject({ balance: 3n * RATE, held: RATE });
      expect((await deviceOf(scene.deviceId)).state).toBe('rented');
    },
  });
  expect(statements).toBeGreaterThan(10);
});

test('a broker that is killed while a rental becomes active opens one meter', async () => {
  const statements = await atEveryStatement({
    scene: rentedScene,
    work: ({ rentalId }) => rentalProved({ rentalId, at: after(1) }),
    expectConverged: async ({ rentalId }) => {
      expect(await eventsOf(rentalId, 'proved')).toBe(1);
      const [rental] = await db.select().from(rentals).where(eq(rentals.id, rentalId));
      expect(rental).toMatchObject({ state: 'active', activeAt: after(1) });
    },
  });
  expect(statements).toBeGreaterThan(5);
});

test('a broker that is killed while a rental is stopped charges it once and frees its hold once', async () => {
  const statements = await atEveryStatement({
    scene: runningScene,
    work: ({ rentalId, renterId }) => stopRental({ rentalId, renterId, at: after(65) }),
    expectConverged: async ({ rentalId, renterId, deviceId }) => {
      const charges = await db.select().from(usageCharges).where(eq(usageCharges.rentalId, rentalId));
      expect(charges).toMatchObject([{ gross: 60_000n }]);
      expect(await getWallet(renterId, after(65))).toMatchObject({ balance: 3n * RATE - 60_000n, held: 0n });
      expect(await eventsOf(rentalId, 'renterStopped')).toBe(1);
      expect((await deviceOf(deviceId)).state).toBe('wiping');
    },
  });
  expect(statements).toBeGreaterThan(10);
});

test('a broker that is killed while the hourly charge is posted charges every rental once', async () => {
  const statements = await atEveryStatement({
    scene: runningScene,
    work: async () => {
      await tickMeters({ at: after(120) });
      await postUsage({ at: after(3600) });
    },
    expectConverged: async ({ rentalId, renterId }) => {
      // What this hour's key had posted before this rental began is posted under the next hour's.
      await postUsage({ at: after(7200) });
      const charges = await db.select().from(usageCharges).where(eq(usageCharges.rentalId, rentalId));
      expect(charges.reduce((sum, { gross }) => sum + gross, 0n)).toBe(60_000n);
      expect((await getWallet(renterId, after(8000))).balance).toBe(3n * RATE - 60_000n);
    },
  });
  expect(statements).toBeGreaterThan(5);
});

test('a broker that is killed while it takes in the proof of a wipe has the device back on the market once', async () => {
  const statements = await atEveryStatement({
    scene: async () => {
      const scene = await runningScene();
      await stopRental({ rentalId: scene.rentalId, renterId: scene.renterId, at: after(65) });
      return { ...scene, wipeId: (await deviceOf(scene.deviceId)).jobId ?? '' };
    },
    work: ({ deviceId, wipeId }) => {
      const wipe = { id: wipeId, steps: [], imageDigest: null, problem: null };
      return recordReport({ deviceId, report: report({ wipe }), at: after(70) });
    },
    expectConverged: async ({ deviceId, wipeId }) => {
      expect(await deviceOf(deviceId)).toMatchObject({ state: 'ready', jobId: null, lastWipe: { id: wipeId } });
    },
  });
  expect(statements).toBeGreaterThan(5);
});

test('a broker that is killed while it suspends somebody leaves nobody suspended who goes on renting', async () => {
  const adminId = await makePerson();
  const statements = await atEveryStatement({
    scene: runningScene,
    work: ({ renterId: userId }) =>
      suspendUser({ userId, adminId, address: '192.0.2.1', reason: 'abuse', at: after(65) }),
    goOn: () => endExpired({ at: after(66) }),
    expectConverged: async ({ rentalId, renterId }) => {
      const [renter] = await db.select().from(users).where(eq(users.id, renterId));
      const [rental] = await db.select().from(rentals).where(eq(rentals.id, rentalId));
      expect(rental?.state).toBe(renter?.suspendedAt ? 'ended' : 'active');
    },
  });
  expect(statements).toBeGreaterThan(10);
});
