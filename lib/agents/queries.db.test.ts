import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changes } from '#db/changes';
import { db } from '#db/client';
import { devices } from '#db/schema/devices';
import { rentals } from '#db/schema/rentals';
import { suspendUser, unsuspendUser } from '../accounts/administration.ts';
import { contract } from '../contracts/agreement.ts';
import { retireDevice } from '../devices/commands.ts';
import { rentDevice, stopRental } from '../rentals/commands.ts';
import { authenticateAgent, awaitOrder, getOrder } from './queries.ts';
import {
  after,
  announce,
  deviceOf,
  enrol,
  imageFor,
  makeMarketDevice,
  makePerson,
  makeRelay,
  sealer,
  start,
} from './testing.ts';

const parts = { sealer, imageFor };
const RATE = 10_000n;

beforeAll(async () => {
  await makeRelay();
});

afterAll(async () => {
  await changes().close();
});

async function taskOf(deviceId: string) {
  const order = await getOrder(deviceId, parts);
  return order.ok ? order.value.task : order.reason;
}

async function versionOf(deviceId: string): Promise<string> {
  const order = await getOrder(deviceId, parts);
  return order.ok ? order.value.version : '';
}

test('a device is told to verify, to serve, to pause, to serve again, to wipe and to rest, as its life goes', async () => {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: RATE }), makePerson()]);
  const { deviceId, key } = await announce(ownerId);
  await enrol(key);
  const jobId = (await deviceOf(deviceId)).jobId;
  expect(await taskOf(deviceId)).toMatchObject({ kind: 'verify', environment: { id: jobId, authorizedKeys: [] } });

  const rentable = await makeMarketDevice(ownerId, { rate: RATE });
  const { nextName } = await deviceOf(rentable);
  expect(await taskOf(rentable)).toEqual({ kind: 'idle', next: expect.stringMatching(/^[a-z]+-[a-z]+-\d{1,3}$/) });
  const outcome = await rentDevice({
    deviceId: rentable,
    renterId,
    contractHash: contract.hash,
    rate: RATE,
    at: start,
    sealer,
  });
  const rentalId = outcome.ok ? outcome.value.rentalId : '';
  const environment = { id: rentalId, name: nextName };
  expect(await taskOf(rentable)).toMatchObject({ kind: 'serve', paused: false, environment });
  await db.update(rentals).set({ state: 'suspended' }).where(eq(rentals.id, rentalId));
  expect(await taskOf(rentable)).toMatchObject({ kind: 'serve', paused: true });
  await stopRental({ rentalId, renterId, at: after(1) });
  expect(await taskOf(rentable)).toEqual({ kind: 'wipe', wipeId: (await deviceOf(rentable)).jobId });
  expect((await deviceOf(rentable)).nextName).not.toBe(nextName);
});

test('a device for whose processor there is no image gets no order', async () => {
  const deviceId = await makeMarketDevice(await makePerson());
  expect(await getOrder(deviceId, { sealer, imageFor: () => null })).toEqual({ ok: false, reason: 'noImage' });
});

test('an agent that has not seen its order is answered at once', async () => {
  const deviceId = await makeMarketDevice(await makePerson());
  const { signal } = new AbortController();
  const order = await awaitOrder({ deviceId, orderSeen: 'another', milliseconds: 60_000, signal }, parts);
  expect(order).toMatchObject({ ok: true, value: { version: await versionOf(deviceId) } });
});

test('an agent that waits hears of its order as soon as there is one', async () => {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: RATE }), makePerson()]);
  const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
  const orderSeen = await versionOf(deviceId);
  const { signal } = new AbortController();
  const waiting = awaitOrder({ deviceId, orderSeen, milliseconds: 60_000, signal }, parts);
  await rentDevice({ deviceId, renterId, contractHash: contract.hash, rate: RATE, at: start, sealer });
  expect(await waiting).toMatchObject({ ok: true, value: { task: { kind: 'serve' } } });
});

test('a change that makes no other order wakes nobody up for good', async () => {
  const deviceId = await makeMarketDevice(await makePerson());
  const orderSeen = await versionOf(deviceId);
  const began = performance.now();
  const { signal } = new AbortController();
  const waiting = awaitOrder({ deviceId, orderSeen, milliseconds: 700, signal }, parts);
  for (const rate of [200n, 300n]) await db.update(devices).set({ rate }).where(eq(devices.id, deviceId));
  expect(await waiting).toMatchObject({ ok: true, value: { version: orderSeen } });
  expect(performance.now() - began).toBeGreaterThanOrEqual(690);
});

test('an agent that hangs up is waited for no longer', async () => {
  const deviceId = await makeMarketDevice(await makePerson());
  const gone = new AbortController();
  const wait = { deviceId, orderSeen: await versionOf(deviceId), milliseconds: 600_000, signal: gone.signal };
  const waiting = awaitOrder(wait, parts);
  gone.abort();
  expect((await waiting).ok).toBe(true);
});

test('an agent whose device is retired while it waits is sent away', async () => {
  const ownerId = await makePerson();
  const deviceId = await makeMarketDevice(ownerId);
  const { signal } = new AbortController();
  const wait = { deviceId, orderSeen: await versionOf(deviceId), milliseconds: 60_000, signal };
  const waiting = awaitOrder(wait, parts);
  await retireDevice({ deviceId, ownerId, at: after(1) });
  expect(await waiting).toEqual({ ok: false, reason: 'retired' });
});

test('the token of a suspended person’s device opens nothing, but a renter’s data is still wiped', async () => {
  const [ownerId, renterId, adminId] = await Promise.all([makePerson(), makePerson({ credit: RATE }), makePerson()]);
  const { deviceId: idle, key } = await announce(ownerId);
  const registered = await enrol(key);
  const token = registered.ok ? registered.value.deviceToken : '';
  expect(await authenticateAgent(token)).toEqual({ ok: true, value: idle });
  const rented = await makeMarketDevice(ownerId, { rate: RATE });
  await rentDevice({ deviceId: rented, renterId, contractHash: contract.hash, rate: RATE, at: start, sealer });

  const asked = { userId: ownerId, adminId, address: null, at: after(1) };
  const signal = new AbortController().signal;
  const poll = { deviceId: idle, orderSeen: await versionOf(idle), milliseconds: 25_000, signal };
  const waiting = awaitOrder(poll, parts);
  await suspendUser({ ...asked, reason: 'for a test' });
  expect(await waiting).toEqual({ ok: false, reason: 'suspended' });
  expect(await authenticateAgent(token)).toEqual({ ok: false, reason: 'suspended' });
  expect(await taskOf(rented)).toMatchObject({ kind: 'wipe' });

  await unsuspendUser(asked);
  expect(await authenticateAgent(token)).toEqual({ ok: true, value: idle });
});
