import { eq } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { auditLog } from '#db/schema/admin';
import { deviceEvents, devices, registrationKeys } from '#db/schema/devices';
import {
  after,
  announce,
  deviceOf,
  makeMarketDevice,
  makePerson,
  makeRelay,
  sealer,
  start,
} from '../agents/testing.ts';
import { clearQuarantine, suspendDevice, unsuspendDevice } from './administration.ts';
import {
  changeDisk,
  changeRate,
  describeDevice,
  registerDevice,
  replaceKey,
  retireDevice,
  retryVerification,
  setListed,
} from './commands.ts';

beforeAll(async () => {
  await makeRelay();
});

const storyOf = async (deviceId: string) =>
  (await db.select().from(deviceEvents).where(eq(deviceEvents.deviceId, deviceId)).orderBy(deviceEvents.id)).map(
    ({ kind }) => kind,
  );
const put = (deviceId: string, state: 'rejected' | 'quarantined' | 'rented' | 'wiping') =>
  db.update(devices).set({ state }).where(eq(devices.id, deviceId));

test('a registered device waits for its agent, with a key of which only the hash is kept', async () => {
  const { deviceId, key } = await announce(await makePerson());
  expect(await deviceOf(deviceId)).toMatchObject({ state: 'awaitingAgent', name: 'Attic', rate: 10_000n });
  const [kept] = await db.select().from(registrationKeys).where(eq(registrationKeys.deviceId, deviceId));
  expect(kept?.keyHash).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(kept)).not.toContain(key);
  expect(kept?.expiresAt).toEqual(after(86_400));
});

test.each([0n, -1n, 99n, 100_000_001n])(
  'a rate of %s micro-dollars is refused, and nothing is stored',
  async (rate) => {
    const ownerId = await makePerson();
    const facts = { ownerId, name: 'Attic', country: 'NO', diskGigabytes: 8, listed: true, at: start };
    expect(await registerDevice({ ...facts, rate })).toEqual({ ok: false, reason: 'rateOutOfRange' });
    expect(await db.select().from(devices).where(eq(devices.ownerId, ownerId))).toEqual([]);
    const { deviceId } = await announce(ownerId);
    expect(await changeRate({ deviceId, ownerId, rate, at: start })).toEqual({ ok: false, reason: 'rateOutOfRange' });
  },
);

test('an owner changes the rate and the listing; doing it twice is told once', async () => {
  const ownerId = await makePerson();
  const { deviceId } = await announce(ownerId);
  for (const second of [1, 2]) {
    await changeRate({ deviceId, ownerId, rate: 100n, at: after(second) });
    await setListed({ deviceId, ownerId, listed: false, at: after(second) });
  }
  expect(await deviceOf(deviceId)).toMatchObject({ rate: 100n, listed: false });
  expect(await storyOf(deviceId)).toEqual(['keyMade', 'rateChanged', 'unlisted']);
});

test('an owner renames a device and corrects its country; doing it twice is told once', async () => {
  const ownerId = await makePerson();
  const { deviceId } = await announce(ownerId);
  const facts = { deviceId, ownerId, name: 'Shed', country: 'SE' };
  for (const second of [1, 2])
    expect(await describeDevice({ ...facts, at: after(second) })).toMatchObject({ ok: true });
  expect(await deviceOf(deviceId)).toMatchObject({ name: 'Shed', country: 'SE' });
  const told = await db.select().from(deviceEvents).where(eq(deviceEvents.deviceId, deviceId)).orderBy(deviceEvents.id);
  expect(told.map(({ kind, detail }) => [kind, detail])).toEqual([
    ['keyMade', null],
    ['described', 'from Attic (NO) to Shed (SE)'],
  ]);
});

test('while somebody rents a device its owner may rename it, not move it to another country', async () => {
  const ownerId = await makePerson();
  const deviceId = await makeMarketDevice(ownerId);
  await put(deviceId, 'rented');
  const own = { deviceId, ownerId, at: after(1) };
  expect(await describeDevice({ ...own, name: 'Shed', country: 'SE' })).toEqual({ ok: false, reason: 'inUse' });
  expect(await deviceOf(deviceId)).toMatchObject({ name: 'Attic', country: 'NO' });
  expect(await describeDevice({ ...own, name: 'Shed', country: 'NO' })).toMatchObject({ ok: true });
  expect(await deviceOf(deviceId)).toMatchObject({ name: 'Shed', country: 'NO' });
});

test('a retired device keeps its name', async () => {
  const ownerId = await makePerson();
  const { deviceId } = await announce(ownerId);
  await retireDevice({ deviceId, ownerId, at: after(1) });
  const facts = { deviceId, ownerId, name: 'Shed', country: 'NO', at: after(2) };
  expect(await describeDevice(facts)).toEqual({ ok: false, reason: 'retired' });
});

test('a stranger’s device and a missing one look the same to every command of an owner', async () => {
  const deviceId = await makeMarketDevice(await makePerson());
  const before = await deviceOf(deviceId);
  const ownerId = await makePerson();
  for (const target of [deviceId, '019a0000-0000-7000-8000-000000000000', 'nonsense']) {
    const own = { deviceId: target, ownerId, at: after(1) };
    const outcomes = [
      await replaceKey(own),
      await changeRate({ ...own, rate: 100n }),
      await describeDevice({ ...own, name: 'Mine', country: 'SE' }),
      await changeDisk({ ...own, diskGigabytes: 4, sealer }),
      await setListed({ ...own, listed: false }),
      await retireDevice(own),
      await retryVerification({ ...own, sealer }),
    ];
    for (const outcome of outcomes) expect(outcome).toEqual({ ok: false, reason: 'notFound' });
  }
  expect(await deviceOf(deviceId)).toEqual(before);
});

test('a retired device is gone for good, and one that is rented or being wiped cannot be retired', async () => {
  const ownerId = await makePerson();
  const deviceId = await makeMarketDevice(ownerId);
  const own = { deviceId, ownerId, at: after(1) };
  for (const state of ['rented', 'wiping'] as const) {
    await put(deviceId, state);
    expect(await retireDevice(own)).toEqual({ ok: false, reason: 'inUse' });
  }
  await put(deviceId, 'rejected');
  for (const _ of [1, 2]) expect(await retireDevice(own)).toEqual({ ok: true, value: 'retired' });
  for (const outcome of [await replaceKey(own), await setListed({ ...own, listed: true })]) {
    expect(outcome).toEqual({ ok: false, reason: 'retired' });
  }
  expect(await deviceOf(deviceId)).toMatchObject({ state: 'retired', listed: false });
});

test('a rejected device is verified again, with nothing left of the last time', async () => {
  const ownerId = await makePerson();
  const deviceId = await makeMarketDevice(ownerId);
  await db.update(devices).set({ state: 'rejected', problem: 'no loop device' }).where(eq(devices.id, deviceId));
  const own = { deviceId, ownerId, at: after(1), sealer };
  expect(await retryVerification(own)).toEqual({ ok: true, value: 'verifying' });
  const { jobId } = await deviceOf(deviceId);
  expect(await retryVerification(own)).toEqual({ ok: true, value: 'verifying' });
  const device = await deviceOf(deviceId);
  expect(device).toMatchObject({ jobId, problem: null, measuredAt: null, provedAt: null, stateSince: after(1) });
  expect(sealer.open(device.verifyPassword ?? '', `device:${deviceId}:verify-password`).length).toBeGreaterThan(20);
});

test('a device whose disk does not hold what it offers offers less, and is verified with that', async () => {
  const ownerId = await makePerson();
  const { deviceId } = await announce(ownerId);
  const change = (diskGigabytes: number) => changeDisk({ deviceId, ownerId, diskGigabytes, at: after(1), sealer });
  for (const _ of [1, 2]) expect(await change(7)).toEqual({ ok: true, value: undefined });
  expect(await deviceOf(deviceId)).toMatchObject({ state: 'awaitingAgent', diskGigabytes: 7 });
  expect(await storyOf(deviceId)).toEqual(['keyMade', 'diskChanged']);

  for (const [size, state] of [
    [6, 'rejected'],
    [5, 'ready'],
  ] as const) {
    await db.update(devices).set({ state, problem: 'no room', measuredAt: start }).where(eq(devices.id, deviceId));
    expect(await change(size)).toEqual({ ok: true, value: undefined });
    const changed = { state: 'verifying', diskGigabytes: size, problem: null, measuredAt: null };
    expect(await deviceOf(deviceId)).toMatchObject(changed);
  }
});

test.each(['verifying', 'rented', 'wiping', 'quarantined', 'retired'] as const)(
  'the disk of a device that is %s stays as it is',
  async (state) => {
    const ownerId = await makePerson();
    const { deviceId } = await announce(ownerId);
    await db.update(devices).set({ state }).where(eq(devices.id, deviceId));
    const outcome = await changeDisk({ deviceId, ownerId, diskGigabytes: 4, at: after(1), sealer });
    expect(outcome).toEqual({ ok: false, reason: 'inUse' });
    expect(await deviceOf(deviceId)).toMatchObject({ state, diskGigabytes: 8 });
  },
);

test('a rented device cannot be verified meanwhile', async () => {
  const ownerId = await makePerson();
  const deviceId = await makeMarketDevice(ownerId);
  await put(deviceId, 'rented');
  expect(await retryVerification({ deviceId, ownerId, at: after(1), sealer })).toEqual({ ok: false, reason: 'inUse' });
});

test('what an admin does to a device is on record, once', async () => {
  const [adminId, deviceId] = [await makePerson(), await makeMarketDevice(await makePerson())];
  const by = { deviceId, adminId, address: '192.0.2.7', at: after(1) };
  for (const _ of [1, 2]) await suspendDevice({ ...by, reason: 'abuse' });
  expect((await deviceOf(deviceId)).suspendedAt).toEqual(after(1));
  for (const _ of [1, 2]) await unsuspendDevice(by);
  expect(await clearQuarantine({ ...by, sealer })).toEqual({ ok: false, reason: 'notQuarantined' });
  await put(deviceId, 'quarantined');
  expect(await clearQuarantine({ ...by, sealer })).toEqual({ ok: true, value: 'verifying' });

  const audit = await db.select().from(auditLog).where(eq(auditLog.objectId, deviceId)).orderBy(auditLog.id);
  expect(audit.map(({ action }) => action)).toEqual(['deviceSuspended', 'deviceUnsuspended', 'quarantineCleared']);
  expect(audit[0]).toMatchObject({ actorId: adminId, objectKind: 'device', detail: 'abuse', address: '192.0.2.7' });
  expect(await suspendDevice({ ...by, deviceId: 'nonsense', reason: '' })).toEqual({ ok: false, reason: 'notFound' });
});
