import { eq } from 'drizzle-orm';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { deviceEvents } from '#db/schema/devices';
import { usageCharges } from '#db/schema/ledger';
import { proofIntervals, rentalEvents, rentals } from '#db/schema/rentals';
import { after, deviceOf, makeMarketDevice, makePerson, makeRelay, sealer, start } from '../agents/testing.ts';
import { contract } from '../contracts/agreement.ts';
import { getWallet } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { tickMeters } from '../metering/commands.ts';
import { creditWallet } from '../payments/manual.ts';
import {
  endExpired,
  endLost,
  rentalProved,
  rentDevice,
  resumeFunded,
  stopRental,
  suspendExhausted,
} from './commands.ts';

/** A micro-dollar a millisecond. */
const RATE = 3_600_000n;
const HOUR = RATE;

beforeAll(async () => {
  await makeRelay();
});

afterEach(async () => {
  expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
});

/** Three processes that do a sweep at the same moment, and then one that does it again. */
async function sweep(work: (request: { at: Date }) => Promise<void>, second: number) {
  await Promise.all([1, 2, 3].map(() => work({ at: after(second) })));
  await work({ at: after(second) });
}

/** A rental that was proven from the first second to the last hour of its wallet, but for ten seconds. */
async function makeRental() {
  const renterId = await makePerson({ credit: HOUR });
  const deviceId = await makeMarketDevice(await makePerson(), { rate: RATE });
  const outcome = await rentDevice({ deviceId, renterId, contractHash: contract.hash, rate: RATE, at: start, sealer });
  const rentalId = outcome.ok ? outcome.value.rentalId : '';
  const prove = async () => {
    await rentalProved({ rentalId, at: after(1) });
    await db.insert(proofIntervals).values({ rentalId, fromAt: after(1), toAt: after(3590) });
    await tickMeters({ at: after(3590) });
  };
  const story = async () => {
    const rows = await db.select().from(rentalEvents).where(eq(rentalEvents.rentalId, rentalId));
    return rows.sort((a, b) => Number(a.id - b.id)).map(({ kind }) => kind);
  };
  const releases = async () => {
    const rows = await db.select().from(deviceEvents).where(eq(deviceEvents.deviceId, deviceId));
    return rows.filter(({ kind }) => kind === 'released').length;
  };
  const charges = async () => {
    const rows = await db.select().from(usageCharges).where(eq(usageCharges.rentalId, rentalId));
    return rows.map(({ gross }) => gross);
  };
  return { rentalId, renterId, deviceId, prove, story, releases, charges };
}

test('an empty wallet pauses its rental once, however many processes look', async () => {
  const { prove, story, rentalId, renterId } = await makeRental();
  await prove();
  await sweep(suspendExhausted, 3590);
  expect(await story()).toEqual(['agreed', 'proved', 'fundsRanOut']);
  await stopRental({ rentalId, renterId, at: after(3600) });
});

test('a filled wallet resumes its rental once, and a sweep that comes late does not pause it again', async () => {
  const { prove, story, rentalId, renterId } = await makeRental();
  await prove();
  await suspendExhausted({ at: after(3590) });
  const credit = { userId: renterId, adminId: renterId, reason: 'top-up', key: rentalId, address: '192.0.2.1' };
  await creditWallet({ ...credit, amount: 2n * HOUR, at: after(3600) });
  await sweep(resumeFunded, 3600);
  await sweep(suspendExhausted, 3600);
  expect(await story()).toEqual(['agreed', 'proved', 'fundsRanOut', 'funded']);
  await stopRental({ rentalId, renterId, at: after(3700) });
});

test('a grace that is over ends its rental once: one charge, one hold freed, one wipe', async () => {
  const { prove, story, releases, charges, renterId, deviceId } = await makeRental();
  await prove();
  await suspendExhausted({ at: after(3590) });
  await sweep(endExpired, 3590 + 3600);
  expect(await story()).toEqual(['agreed', 'proved', 'fundsRanOut', 'graceExpired']);
  expect(await charges()).toEqual([3_589_000n]);
  expect(await releases()).toBe(1);
  expect((await deviceOf(deviceId)).state).toBe('wiping');
  expect(await getWallet(renterId, after(8000))).toMatchObject({ balance: 11_000n, held: 0n });
});

test('a device that was lost for a day ends its rental once, and only what was proven is paid', async () => {
  const { prove, story, releases, charges } = await makeRental();
  await prove();
  await sweep(endLost, 3590 + 86_400);
  expect(await story()).toEqual(['agreed', 'proved', 'deviceLost']);
  expect(await charges()).toEqual([3_589_000n]);
  expect(await releases()).toBe(1);
});

test('a rental that never got ready is cancelled once, and costs nothing', async () => {
  const { story, releases, charges, renterId } = await makeRental();
  await sweep(endExpired, 120);
  expect(await story()).toEqual(['agreed', 'tookTooLong']);
  expect(await charges()).toEqual([]);
  expect(await releases()).toBe(1);
  expect(await getWallet(renterId, after(121))).toMatchObject({ balance: HOUR, held: 0n });
});

test('of a stop and a sweep at the same moment one ends the rental, and it is charged once', async () => {
  const { prove, story, releases, charges, rentalId, renterId } = await makeRental();
  await prove();
  await suspendExhausted({ at: after(3590) });
  const at = after(3590 + 3600);
  await Promise.all([endExpired({ at }), stopRental({ rentalId, renterId, at }), endExpired({ at })]);
  expect(await story()).toHaveLength(4);
  const [row] = await db.select().from(rentals).where(eq(rentals.id, rentalId));
  expect(['graceExpired', 'renterStopped']).toContain(row?.endEvent);
  expect(await charges()).toEqual([3_589_000n]);
  expect(await releases()).toBe(1);
});
