import { beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { deviceEvents } from '#db/schema/devices';
import { proofIntervals } from '#db/schema/rentals';
import { recordReport } from '../agents/commands.ts';
import {
  after,
  deviceOf,
  makeMarketDevice,
  makePerson,
  makeRelay,
  report,
  sealer,
  start,
  tunnelKey,
} from '../agents/testing.ts';
import { contract } from '../contracts/agreement.ts';
import { findContract } from '../contracts/queries.ts';
import { rentalProved, rentDevice, setTlsPassthrough, stopRental } from './commands.ts';
import {
  findPassword,
  findRental,
  findWipe,
  getTimeline,
  listAllRentals,
  listDeviceRentals,
  listRentals,
} from './queries.ts';

const RATE = 10_000n;

beforeAll(async () => {
  await makeRelay();
});

async function makeRental() {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: 10n * RATE }), makePerson()]);
  const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
  const outcome = await rentDevice({ deviceId, renterId, contractHash: contract.hash, rate: RATE, at: start, sealer });
  return { rentalId: outcome.ok ? outcome.value.rentalId : '', renterId, ownerId, deviceId };
}

test('renter, owner and admin see a rental, each as such; only the renter learns how to get in', async () => {
  const { rentalId, renterId, ownerId, deviceId } = await makeRental();
  const hostKey = tunnelKey();
  const environment = { id: rentalId, state: 'ready' as const, hostKey, steps: [], problem: null };
  await recordReport({ deviceId, report: report({ environment }), at: after(1) });

  const renter = await findRental(rentalId, { id: renterId, isAdmin: false });
  expect(renter).toMatchObject({
    role: 'renter',
    state: 'preparing',
    environmentReadyAt: after(1),
    device: { id: deviceId },
  });
  expect(renter?.access?.ssh).toMatch(/^ssh -p \d+ [a-z]+-[a-z]+-\d+@relay\.test$/);
  expect(renter?.access?.knownHosts).toContain(hostKey);
  expect(await findRental(rentalId, { id: ownerId, isAdmin: false })).toMatchObject({ role: 'owner', access: null });
  const adminId = await makePerson();
  expect(await findRental(rentalId, { id: adminId, isAdmin: true })).toMatchObject({ role: 'admin', access: null });
  expect(await findRental(rentalId, { id: adminId, isAdmin: false })).toBeNull();
  expect(await findRental('nonsense', { id: renterId, isAdmin: true })).toBeNull();
});

test('the password is told to the renter alone, and to nobody once the rental is over', async () => {
  const { rentalId, renterId, ownerId } = await makeRental();
  expect(await findPassword(rentalId, renterId, sealer)).toMatch(/^[0-9a-z]{26}$/);
  expect(await findPassword(rentalId, ownerId, sealer)).toBeNull();
  await stopRental({ rentalId, renterId, at: after(1) });
  expect(await findPassword(rentalId, renterId, sealer)).toBeNull();
});

test('lists show the own rentals, open ones first', async () => {
  const { rentalId, renterId, ownerId, deviceId } = await makeRental();
  await stopRental({ rentalId, renterId, at: after(1) });
  const other = await makeMarketDevice(ownerId, { rate: RATE });
  const open = await rentDevice({
    deviceId: other,
    renterId,
    contractHash: contract.hash,
    rate: RATE,
    at: start,
    sealer,
  });
  const openId = open.ok ? open.value.rentalId : '';
  const third = await makeMarketDevice(ownerId, { rate: RATE });
  const last = await rentDevice({
    deviceId: third,
    renterId,
    contractHash: contract.hash,
    rate: RATE,
    at: start,
    sealer,
  });
  const lastId = last.ok ? last.value.rentalId : '';
  await stopRental({ rentalId: lastId, renterId, at: after(2) });

  expect((await listRentals(renterId)).map(({ id }) => id)).toEqual([openId, lastId, rentalId]);
  expect(await listRentals(ownerId)).toEqual([]);
  expect((await listDeviceRentals(deviceId, ownerId)).map(({ id }) => id)).toEqual([rentalId]);
  expect(await listDeviceRentals(deviceId, renterId)).toEqual([]);
});

test('the timeline holds every event and every proven stretch, oldest first', async () => {
  const { rentalId } = await makeRental();
  await rentalProved({ rentalId, at: after(1) });
  await db.insert(proofIntervals).values([
    { rentalId, fromAt: after(60), toAt: after(70), proofs: 2 },
    { rentalId, fromAt: after(1), toAt: after(20), proofs: 3, handshakeAt: after(1) },
  ]);
  const { events, proofs } = await getTimeline(rentalId);
  expect(events.map(({ kind, at }) => [kind, at])).toEqual([
    ['agreed', start],
    ['proved', after(1)],
  ]);
  expect(proofs).toEqual([
    { from: after(1), to: after(20), proofs: 3, handshakeAt: after(1) },
    { from: after(60), to: after(70), proofs: 2, handshakeAt: null },
  ]);
});

test('a renter switches TLS through while the rental is open; nobody else does', async () => {
  const { rentalId, renterId, ownerId } = await makeRental();
  const notFound = { ok: false, reason: 'notFound' };
  expect(await setTlsPassthrough({ rentalId, renterId: ownerId, tlsPassthrough: true })).toEqual(notFound);
  expect(await setTlsPassthrough({ rentalId, renterId, tlsPassthrough: true })).toMatchObject({ ok: true });
  const viewer = { id: renterId, isAdmin: false };
  expect(await findRental(rentalId, viewer)).toMatchObject({ tlsPassthrough: true });
  await stopRental({ rentalId, renterId, at: after(1) });
  const late = await setTlsPassthrough({ rentalId, renterId, tlsPassthrough: false });
  expect(late).toEqual({ ok: false, reason: 'over' });
});

test('a rental tells of the wipe that followed it, not of a later one', async () => {
  const { rentalId, renterId, deviceId } = await makeRental();
  const wipeOf = async () => {
    const rental = await findRental(rentalId, { id: renterId, isAdmin: false });
    return rental && findWipe(rental);
  };
  expect(await wipeOf()).toBeNull();
  await stopRental({ rentalId, renterId, at: after(1) });
  expect(await wipeOf()).toBeNull();
  const id = (await deviceOf(deviceId)).jobId ?? '';
  const wipe = { id, steps: [], imageDigest: null, problem: null };
  await recordReport({ deviceId, report: report({ wipe }), at: after(9) });
  expect(await wipeOf()).toMatchObject({ kind: 'wiped', at: after(9) });
  await db.insert(deviceEvents).values({ deviceId, kind: 'wipeFailed', at: after(99) });
  expect(await wipeOf()).toMatchObject({ kind: 'wiped', at: after(9) });
});

test('the contract that a rental was agreed under can be read for ever', async () => {
  const { rentalId, renterId } = await makeRental();
  const rental = await findRental(rentalId, { id: renterId, isAdmin: false });
  expect(await findContract(rental?.contractHash ?? '')).toMatchObject({ version: '1', body: contract.body });
  expect(await findContract('unknown')).toBeNull();
});

test('an admin finds a rental by its name, its renter, its device or its id', async () => {
  const { rentalId, renterId, deviceId } = await makeRental();
  const rental = await findRental(rentalId, { id: renterId, isAdmin: false });
  for (const term of [rentalId, deviceId, rental?.name ?? '']) {
    expect(await listAllRentals({ search: term })).toMatchObject({ rentals: [{ id: rentalId }], total: 1 });
  }
  expect(await listAllRentals({ search: 'nobody rents this' })).toEqual({ rentals: [], total: 0 });
});
