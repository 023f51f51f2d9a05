import { randomUUID } from 'node:crypto';
import { eq, inArray } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { auditLog } from '#db/schema/admin';
import { devices } from '#db/schema/devices';
import { holds } from '#db/schema/ledger';
import { proofIntervals, rentalEvents, rentals } from '#db/schema/rentals';
import { suspendUser } from '../accounts/administration.ts';
import { recordReport } from '../agents/commands.ts';
import { after, deviceOf, makeMarketDevice, makePerson, makeRelay, report, sealer, start } from '../agents/testing.ts';
import { contract } from '../contracts/agreement.ts';
import { suspendDevice } from '../devices/administration.ts';
import { changeRate, setListed } from '../devices/commands.ts';
import { getWallet } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { postUsage, tickMeters } from '../metering/commands.ts';
import { getRentalCost } from '../metering/queries.ts';
import { creditWallet } from '../payments/manual.ts';
import { changeFee } from '../settings/commands.ts';
import { addSshKey } from '../ssh-keys/commands.ts';
import {
  endExpired,
  endLost,
  endRentalAsAdmin,
  endRentalsOf,
  rentalProved,
  rentDevice,
  resumeFunded,
  stopRental,
  suspendExhausted,
  withdrawDevice,
} from './commands.ts';

/** A micro-dollar a millisecond. */
const RATE = 3_600_000n;
const HOUR = RATE;

beforeAll(async () => {
  await makeRelay();
});

const rent = (deviceId: string, renterId: string, more: { contractHash?: string; rate?: bigint; at?: Date } = {}) =>
  rentDevice({ deviceId, renterId, contractHash: contract.hash, rate: RATE, at: start, sealer, ...more });

async function rowOf(rentalId: string) {
  const [rental] = await db.select().from(rentals).where(eq(rentals.id, rentalId));
  if (!rental) throw new RangeError(`no rental ${rentalId}`);
  return rental;
}

const storyOf = async (rentalId: string) =>
  (await db.select().from(rentalEvents).where(eq(rentalEvents.rentalId, rentalId)).orderBy(rentalEvents.id)).map(
    ({ kind }) => kind,
  );

const openHolds = async (rentalIds: string[]) =>
  (await db.select().from(holds).where(inArray(holds.rentalId, rentalIds))).filter((hold) => !hold.releasedAt).length;

/** A renter with money for three hours, and a rental of a device at RATE. */
async function makeRental({ credit = 3n * HOUR } = {}) {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit }), makePerson()]);
  const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
  const outcome = await rent(deviceId, renterId);
  const rentalId = outcome.ok ? outcome.value.rentalId : '';
  return { rentalId, renterId, ownerId, deviceId };
}

async function makeActiveRental(wallet: { credit?: bigint } = {}) {
  const made = await makeRental(wallet);
  await rentalProved({ rentalId: made.rentalId, at: after(1) });
  return made;
}

/** The relay proves that the rental answered from its start until then. */
async function proveUntil(rentalId: string, second: number) {
  const toAt = after(second);
  await db
    .insert(proofIntervals)
    .values({ rentalId, fromAt: after(1), toAt })
    .onConflictDoUpdate({ target: [proofIntervals.rentalId, proofIntervals.fromAt], set: { toAt } });
}

test('a renter gets a random name, password and port, the saved keys, and the rate and fee as they stand', async () => {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: HOUR }), makePerson()]);
  const publicKey = `ssh-ed25519 ${Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0 '), Buffer.alloc(32, 7)]).toString('base64')}`;
  const pasted = `${publicKey} <script>alert(1)</script>`;
  const guarded = { userId: renterId, sessionId: randomUUID(), at: start, letterhead: { publicUrl: '', sealer } };
  await addSshKey({ ...guarded, name: '', publicKey: pasted });
  const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
  const outcome = await rent(deviceId, renterId);

  const rental = await rowOf(outcome.ok ? outcome.value.rentalId : '');
  expect(rental).toMatchObject({ state: 'preparing', renterId, ownerId, rate: RATE, feeBasisPoints: 1000 });
  expect(rental).toMatchObject({ authorizedKeys: [publicKey], contractHash: contract.hash });
  expect(rental.name).toMatch(/^[a-z]+-[a-z]+-\d{1,3}$/);
  expect(rental.port).toBeGreaterThanOrEqual(20_000);
  expect(sealer.open(rental.password, `rental:${rental.id}:password`)).toMatch(/^[0-9a-z]{26}$/);
  expect((await deviceOf(deviceId)).state).toBe('rented');
  expect(await getWallet(renterId, start)).toMatchObject({ balance: HOUR, held: HOUR, free: 0n });
  expect(await storyOf(rental.id)).toEqual(['agreed']);
});

test('no two rentals have the same name, although two devices wait with it', async () => {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: 3n * HOUR }), makePerson()]);
  const [first, second, nameless] = [
    await makeMarketDevice(ownerId, { rate: RATE }),
    await makeMarketDevice(ownerId, { rate: RATE }),
    await makeMarketDevice(ownerId, { rate: RATE }),
  ];
  const { nextName } = await deviceOf(first);
  await db.update(devices).set({ nextName }).where(eq(devices.id, second));
  await db.update(devices).set({ nextName: null }).where(eq(devices.id, nameless));
  for (const deviceId of [first, second, nameless]) expect(await rent(deviceId, renterId)).toMatchObject({ ok: true });
  const rented = await db.select().from(rentals).where(eq(rentals.renterId, renterId)).orderBy(rentals.id);
  const names = rented.map(({ name }) => name);
  expect(names[0]).toBe(nextName);
  expect(new Set(names).size).toBe(3);
});

test('of two renters who take a device in the same millisecond, one has it and the other is not charged', async () => {
  const ownerId = await makePerson();
  const renters = await Promise.all([makePerson({ credit: 300n * HOUR }), makePerson({ credit: 300n * HOUR })]);
  for (let round = 0; round < 200; round++) {
    const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
    const outcomes = await Promise.all(renters.map((renterId) => rent(deviceId, renterId)));

    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(outcomes.filter((outcome) => !outcome.ok && outcome.reason === 'notOnMarket')).toHaveLength(1);
    expect(await db.select().from(rentals).where(eq(rentals.deviceId, deviceId))).toHaveLength(1);
  }
  const held = await Promise.all(renters.map(async (renterId) => (await getWallet(renterId, start)).held));
  expect(held.reduce((sum, part) => sum + part)).toBe(200n * HOUR);
  expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
});

test('a renter who takes two devices at once with money for one gets one', async () => {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: HOUR }), makePerson()]);
  const offered = await Promise.all([1, 2].map(() => makeMarketDevice(ownerId, { rate: RATE })));
  const outcomes = await Promise.all(offered.map((deviceId) => rent(deviceId, renterId)));
  expect(outcomes.map((outcome) => (outcome.ok ? 'rented' : outcome.reason)).sort()).toEqual([
    'notEnoughFunds',
    'rented',
  ]);
});

test('who cannot pay an hour is told so, and nothing is left of the attempt', async () => {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: HOUR - 1n }), makePerson()]);
  const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
  expect(await rent(deviceId, renterId)).toEqual({ ok: false, reason: 'notEnoughFunds' });
  expect(await db.select().from(rentals).where(eq(rentals.deviceId, deviceId))).toEqual([]);
  expect((await deviceOf(deviceId)).state).toBe('ready');
  expect(await getWallet(renterId, start)).toMatchObject({ held: 0n });
});

test('a device that is unlisted, suspended, offline, without tunnel or of a suspended owner cannot be rented', async () => {
  const renterId = await makePerson({ credit: 10n * HOUR });
  const adminId = await makePerson();
  const by = { adminId, address: null, at: start };
  const off: Record<string, (deviceId: string, ownerId: string) => Promise<unknown>> = {
    unlisted: (deviceId, ownerId) => setListed({ deviceId, ownerId, listed: false, at: start }),
    suspended: (deviceId) => suspendDevice({ deviceId, reason: 'abuse', ...by }),
    offline: (deviceId) =>
      db
        .update(devices)
        .set({ lastPollAt: after(-46) })
        .where(eq(devices.id, deviceId)),
    tunnelDown: (deviceId) => db.update(devices).set({ tunnelUpSince: null }).where(eq(devices.id, deviceId)),
    ownerSuspended: (_, ownerId) => db.update(users).set({ suspendedAt: start }).where(eq(users.id, ownerId)),
  };
  for (const takeOff of Object.values(off)) {
    const ownerId = await makePerson();
    const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
    await takeOff(deviceId, ownerId);
    expect(await rent(deviceId, renterId)).toEqual({ ok: false, reason: 'notOnMarket' });
  }
  for (const missing of ['019a0000-0000-7000-8000-000000000000', "no id'; drop table rentals"]) {
    expect(await rent(missing, renterId)).toEqual({ ok: false, reason: 'notFound' });
  }
});

test('who has not verified the address, is suspended, or agreed to another text cannot rent', async () => {
  const deviceId = await makeMarketDevice(await makePerson(), { rate: RATE });
  const unverified = await makePerson({ credit: HOUR, verified: false });
  expect(await rent(deviceId, unverified)).toEqual({ ok: false, reason: 'emailNotVerified' });
  const suspended = await makePerson({ credit: HOUR });
  await db.update(users).set({ suspendedAt: start }).where(eq(users.id, suspended));
  expect(await rent(deviceId, suspended)).toEqual({ ok: false, reason: 'suspended' });
  const other = await rent(deviceId, await makePerson({ credit: HOUR }), { contractHash: 'another' });
  expect(other).toEqual({ ok: false, reason: 'contractChanged' });
});

test('who agreed to another rate is told and not charged', async () => {
  const ownerId = await makePerson();
  const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
  const renterId = await makePerson({ credit: 3n * HOUR });
  await changeRate({ deviceId, ownerId, rate: 2n * RATE, at: start });
  expect(await rent(deviceId, renterId)).toEqual({ ok: false, reason: 'rateChanged' });
  expect(await getWallet(renterId, start)).toMatchObject({ balance: 3n * HOUR, held: 0n });
  expect((await deviceOf(deviceId)).state).toBe('ready');
  expect(await rent(deviceId, renterId, { rate: 2n * RATE })).toMatchObject({ ok: true });
});

test('nobody who is suspended while renting, or while being rented from, keeps a rental', async () => {
  const by = { adminId: await makePerson(), address: '192.0.2.1', reason: 'abuse', at: start };
  for (let round = 0; round < 30; round++) {
    const [renterId, ownerId] = await Promise.all([makePerson({ credit: HOUR }), makePerson()]);
    const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
    const userId = round % 2 ? renterId : ownerId;
    await Promise.all([rent(deviceId, renterId), suspendUser({ userId, ...by })]);
    const states = await db.select({ state: rentals.state }).from(rentals).where(eq(rentals.deviceId, deviceId));
    expect(states.filter(({ state }) => state !== 'cancelled')).toEqual([]);
  }
});

test('a rental finds the one port that is left, whatever the draws hit first', async () => {
  const relayId = await makeRelay({ ports: 40 });
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: 100n * HOUR }), makePerson()]);
  const ports = new Set<number>();
  for (let number = 0; number < 40; number++) {
    const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
    await db.update(devices).set({ relayId }).where(eq(devices.id, deviceId));
    const outcome = await rent(deviceId, renterId);
    ports.add((await rowOf(outcome.ok ? outcome.value.rentalId : '')).port);
  }
  expect(ports.size).toBe(40);
});

test('a relay whose ports are all taken takes no further rental', async () => {
  const relayId = await makeRelay({ ports: 2 });
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: 10n * HOUR }), makePerson()]);
  const outcomes: unknown[] = [];
  for (let number = 0; number < 3; number++) {
    const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
    await db.update(devices).set({ relayId }).where(eq(devices.id, deviceId));
    const outcome = await rent(deviceId, renterId);
    outcomes.push(outcome.ok || outcome.reason);
  }
  expect(outcomes).toEqual([true, true, 'noPortFree']);
});

test('the first proof begins the billing, and a second one changes nothing', async () => {
  const { rentalId } = await makeRental();
  const proofs = [1, 1, 2].map((second) => rentalProved({ rentalId, at: after(second) }));
  for (const outcome of await Promise.all(proofs)) expect(outcome).toEqual({ ok: true, value: 'active' });
  await proveUntil(rentalId, 11);
  await tickMeters({ at: after(20) });
  const { gross } = await getRentalCost(rentalId);
  expect(gross).toBeGreaterThanOrEqual(9_000n);
  expect(gross).toBeLessThanOrEqual(10_000n);
  expect(await storyOf(rentalId)).toEqual(['agreed', 'proved']);
});

test('a renter stops: the time is charged to the micro-dollar, the hold freed, the device goes to be wiped', async () => {
  const { rentalId, renterId, deviceId } = await makeActiveRental();
  await proveUntil(rentalId, 61);
  const stops = await Promise.all([1, 2, 3].map(() => stopRental({ rentalId, renterId, at: after(65) })));
  for (const stop of stops) expect(stop).toEqual({ ok: true, value: 'ended' });

  expect(await getWallet(renterId, after(65))).toMatchObject({
    balance: 3n * HOUR - 60_000n,
    held: 0n,
    burnPerHour: 0n,
  });
  expect(await rowOf(rentalId)).toMatchObject({ state: 'ended', endEvent: 'renterStopped', endedAt: after(65) });
  expect(await storyOf(rentalId)).toEqual(['agreed', 'proved', 'renterStopped']);
  const device = await deviceOf(deviceId);
  expect(device.state).toBe('wiping');
  expect(device.jobId).not.toBeNull();
});

test('a rental that never became ready costs nothing and frees its hold', async () => {
  const { rentalId, renterId } = await makeRental();
  await stopRental({ rentalId, renterId, at: after(30) });
  expect((await rowOf(rentalId)).state).toBe('cancelled');
  expect(await getWallet(renterId, after(30))).toMatchObject({ balance: 3n * HOUR, held: 0n });
  expect(await rentalProved({ rentalId, at: after(31) })).toEqual({ ok: false, reason: 'notPreparing' });
});

test('a stranger’s rental and a missing one look the same', async () => {
  const { rentalId, deviceId, ownerId } = await makeRental();
  const stranger = await makePerson();
  const notFound = { ok: false, reason: 'notFound' };
  for (const renterId of [stranger, ownerId]) {
    expect(await stopRental({ rentalId, renterId, at: after(1) })).toEqual(notFound);
  }
  expect(await stopRental({ rentalId: 'nonsense', renterId: stranger, at: after(1) })).toEqual(notFound);
  expect(await withdrawDevice({ deviceId, ownerId: stranger, at: after(1) })).toEqual(notFound);
  expect((await rowOf(rentalId)).state).toBe('preparing');
});

test('an owner who withdraws a device ends its rental and takes it off the market', async () => {
  const { rentalId, deviceId, ownerId } = await makeActiveRental();
  expect(await withdrawDevice({ deviceId, ownerId, at: after(5) })).toEqual({ ok: true, value: 'ended' });
  expect(await withdrawDevice({ deviceId, ownerId, at: after(6) })).toEqual({ ok: false, reason: 'notRented' });
  expect(await rowOf(rentalId)).toMatchObject({ endEvent: 'ownerWithdrew' });
  expect(await deviceOf(deviceId)).toMatchObject({ listed: false, state: 'wiping' });
});

test('an admin ends rentals, one or all of a person, on the record', async () => {
  const [adminId, one, two] = await Promise.all([makePerson(), makeActiveRental(), makeRental()]);
  const by = { adminId, address: '192.0.2.7', at: after(9) };
  await endRentalAsAdmin({ rentalId: one.rentalId, reason: 'abuse', ...by });
  await endRentalAsAdmin({ rentalId: one.rentalId, reason: 'again', ...by });
  await endRentalsOf({ userId: two.ownerId, ...by });
  expect([(await rowOf(one.rentalId)).state, (await rowOf(two.rentalId)).state]).toEqual(['ended', 'cancelled']);
  const audit = await db.select().from(auditLog).where(eq(auditLog.actorId, adminId));
  expect(audit.map(({ action, objectId }) => [action, objectId])).toEqual([
    ['rentalEnded', one.rentalId],
    ['rentalEnded', two.rentalId],
  ]);
});

test('a rental without money is paused, resumes when the wallet is filled, and ends an hour later when it is not', async () => {
  const [kept, lost] = await Promise.all([makeActiveRental({ credit: HOUR }), makeActiveRental({ credit: HOUR })]);
  for (const { rentalId } of [kept, lost]) await proveUntil(rentalId, 3590);
  await tickMeters({ at: after(3590) });
  await suspendExhausted({ at: after(3590) });
  expect([(await rowOf(kept.rentalId)).state, (await rowOf(lost.rentalId)).state]).toEqual(['suspended', 'suspended']);

  const credit = { userId: kept.renterId, adminId: kept.renterId, reason: 'top-up', key: kept.rentalId };
  await creditWallet({ ...credit, amount: 2n * HOUR, address: '192.0.2.1', at: after(3600) });
  await resumeFunded({ at: after(3600) });
  await endExpired({ at: after(3590 + 3599) });
  expect([(await rowOf(kept.rentalId)).state, (await rowOf(lost.rentalId)).state]).toEqual(['active', 'suspended']);
  await endExpired({ at: after(3590 + 3600) });
  await postUsage({ at: after(8000) });
  expect(await rowOf(lost.rentalId)).toMatchObject({ state: 'ended', endEvent: 'graceExpired' });
  expect((await rowOf(kept.rentalId)).state).toBe('active');
  expect(await getWallet(lost.renterId, after(8000))).toMatchObject({ balance: HOUR - 3_589_000n, held: 0n });
  await stopRental({ rentalId: kept.rentalId, renterId: kept.renterId, at: after(8000) });
});

test('a rental that is not ready within two minutes is cancelled', async () => {
  const { rentalId } = await makeRental();
  await endExpired({ at: after(119) });
  expect((await rowOf(rentalId)).state).toBe('preparing');
  await endExpired({ at: after(120) });
  expect(await rowOf(rentalId)).toMatchObject({ state: 'cancelled', endEvent: 'tookTooLong' });
});

test('a rental that cannot be ended is reported and stands in nobody’s way', async () => {
  const [broken, sound] = [await makeRental(), await makeRental()];
  // Nothing of ours does this: whatever it is that breaks one rental, the others go on.
  await db.update(devices).set({ state: 'ready' }).where(eq(devices.id, broken.deviceId));
  await expect(endExpired({ at: after(500) })).rejects.toThrow(broken.rentalId);
  expect([(await rowOf(broken.rentalId)).state, (await rowOf(sound.rentalId)).state]).toEqual([
    'preparing',
    'cancelled',
  ]);
  await db.update(devices).set({ state: 'rented' }).where(eq(devices.id, broken.deviceId));
  await endExpired({ at: after(500) });
  expect((await rowOf(broken.rentalId)).state).toBe('cancelled');
});

test('a rental ends when its device was not reached for a day, and not a second sooner', async () => {
  const { rentalId, renterId } = await makeActiveRental();
  await proveUntil(rentalId, 100);
  await endLost({ at: after(100 + 86_399) });
  expect((await rowOf(rentalId)).state).toBe('active');
  await endLost({ at: after(100 + 86_400) });
  expect(await rowOf(rentalId)).toMatchObject({ state: 'ended', endEvent: 'deviceLost' });
  expect(await getWallet(renterId, after(100_000))).toMatchObject({ balance: 3n * HOUR - 99_000n, held: 0n });
});

test('stopping while the agent reports a failure ends a rental once, and nobody waits for ever', async () => {
  for (let round = 0; round < 20; round++) {
    const { rentalId, renterId, deviceId } = await makeRental();
    const environment = { id: rentalId, state: 'failed' as const, hostKey: null, steps: [], problem: 'no disk' };
    await Promise.all([
      stopRental({ rentalId, renterId, at: after(2) }),
      recordReport({ deviceId, report: report({ environment }), at: after(2) }),
      endExpired({ at: after(1000) }),
    ]);
    expect((await rowOf(rentalId)).state).toBe('cancelled');
    expect((await storyOf(rentalId)).filter((kind) => /Failed|Stopped|tookTooLong/.test(kind))).toHaveLength(1);
    expect(await openHolds([rentalId])).toBe(0);
  }
});

test('a new fee holds for new rentals only', async () => {
  const before = await makeRental();
  const adminId = await makePerson();
  const by = { adminId, address: null, at: start };
  expect(await changeFee({ basisPoints: 10_001, ...by })).toEqual({ ok: false, reason: 'outOfRange' });
  await changeFee({ basisPoints: 500, ...by });
  const later = await makeRental();
  expect([(await rowOf(before.rentalId)).feeBasisPoints, (await rowOf(later.rentalId)).feeBasisPoints]).toEqual([
    1000, 500,
  ]);
  await changeFee({ basisPoints: 1000, ...by });
});
