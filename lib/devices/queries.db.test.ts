import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { devices } from '#db/schema/devices';
import { after, announce, makeMarketDevice, makePerson, makeRelay, start } from '../agents/testing.ts';
import { setListed } from './commands.ts';
import {
  findListing,
  findOwnDevice,
  listAllDevices,
  listDeviceEvents,
  listOwnDevices,
  MARKET_PAGE,
  type MarketSearch,
  searchMarket,
} from './queries.ts';

let ownerId = '';

beforeAll(async () => {
  await makeRelay();
  ownerId = await makePerson();
});

beforeEach(async () => {
  await db.update(devices).set({ listed: false });
});

type Row = Partial<typeof devices.$inferInsert>;

/** A device on the market with these facts; the answer is its id. */
async function offer(facts: Row = {}): Promise<string> {
  const deviceId = await makeMarketDevice(ownerId);
  if (Object.keys(facts).length > 0) await db.update(devices).set(facts).where(eq(devices.id, deviceId));
  return deviceId;
}

const search = async (limits: Partial<MarketSearch> = {}) => searchMarket({ sort: 'price', page: 1, ...limits }, start);
const idsOf = async (limits: Partial<MarketSearch>) => (await search(limits)).devices.map(({ id }) => id);

test.each<[string, Partial<MarketSearch>, Row, Row]>([
  ['price', { mostRate: 500n }, { rate: 500n }, { rate: 501n }],
  ['memory', { leastMemoryBytes: 8n }, { memoryBytes: 8n }, { memoryBytes: 7n }],
  ['cores', { leastCores: 4 }, { cores: 4 }, { cores: 3 }],
  ['disk', { leastDiskGigabytes: 16 }, { diskGigabytes: 16 }, { diskGigabytes: 15 }],
  ['architecture', { architecture: 'amd64' }, { architecture: 'amd64' }, { architecture: 'arm64' }],
  ['country', { country: 'JP' }, { country: 'JP' }, { country: 'NO' }],
  ['round-trip time', { mostRoundTripMs: 20 }, { roundTripMs: 20 }, { roundTripMs: 20.5 }],
  ['uptime', { leastUptime: 0.75 }, { uptime30: 0.75 }, { uptime30: 0.7 }],
])('the market is filtered by %s', async (_, limits, within, beyond) => {
  const fits = await offer(within);
  await offer(beyond);
  expect(await search()).toMatchObject({ total: 2 });
  expect(await idsOf(limits)).toEqual([fits]);
});

test.each<[MarketSearch['sort'], Row, Row]>([
  ['price', { rate: 200n }, { rate: 300n }],
  ['memory', { memoryBytes: 8n }, { memoryBytes: 4n }],
  ['cores', { cores: 8 }, { cores: 4 }],
  ['cpu', { cpuScore: 900 }, { cpuScore: 300 }],
  ['disk', { diskGigabytes: 64 }, { diskGigabytes: 8 }],
  ['roundTrip', { roundTripMs: 5 }, { roundTripMs: 50 }],
  ['uptime', { uptime30: 1 }, { uptime30: 0.5 }],
])('sorted by %s, the better device comes first', async (sort, better, worse) => {
  const [second, first] = [await offer(worse), await offer(better)];
  expect(await idsOf({ sort })).toEqual([first, second]);
});

test('pages show every device once', async () => {
  const offered = await Promise.all(Array.from({ length: MARKET_PAGE + 3 }, () => offer()));
  const pages = [await idsOf({ page: 1 }), await idsOf({ page: 2 }), await idsOf({ page: 3 })];
  expect(pages.map(({ length }) => length)).toEqual([MARKET_PAGE, 3, 0]);
  expect(new Set(pages.flat())).toEqual(new Set(offered));
  expect((await search({ page: 10 ** 9 })).total).toBe(offered.length);
});

test('only what can be rented right now is on the market', async () => {
  const off: Row[] = [
    { state: 'rented' },
    { listed: false },
    { suspendedAt: start },
    { lastPollAt: after(-46) },
    { tunnelUpSince: null },
  ];
  for (const facts of off) await offer(facts);
  const suspended = await makePerson();
  await makeMarketDevice(suspended);
  await db.update(users).set({ suspendedAt: start }).where(eq(users.id, suspended));
  expect(await search()).toMatchObject({ devices: [], total: 0 });
});

test('a listing shows what was measured and when, also while rented, and nothing that was never offered', async () => {
  const deviceId = await offer();
  expect(await findListing(deviceId, start)).toMatchObject({
    measuredAt: start,
    cores: 4,
    onMarket: true,
    online: true,
  });
  await db.update(devices).set({ state: 'rented' }).where(eq(devices.id, deviceId));
  expect(await findListing(deviceId, start)).toMatchObject({ state: 'rented', onMarket: false });
  await setListed({ deviceId, ownerId, listed: false, at: start });
  const { deviceId: unmeasured } = await announce(ownerId);
  for (const hidden of [deviceId, unmeasured, 'nonsense']) expect(await findListing(hidden)).toBeNull();
});

test('a listing tells nothing of the agent, its keys or its owner', async () => {
  const shown = Object.keys((await findListing(await offer(), start)) ?? {});
  expect(shown.filter((key) => /token|password|key|fingerprint|owner|job/i.test(key))).toEqual([]);
});

test('an owner sees the own devices and their history; a stranger sees neither', async () => {
  const owner = await makePerson();
  const deviceId = await makeMarketDevice(owner);
  expect(await listOwnDevices(owner, start)).toMatchObject([{ id: deviceId, online: true, onMarket: true }]);
  expect(await findOwnDevice(deviceId, owner, start)).toMatchObject({ id: deviceId, agentSeenAt: start, rental: null });
  expect(await findOwnDevice(deviceId, ownerId)).toBeNull();
  expect(await findOwnDevice("' or 1=1", owner)).toBeNull();
  expect((await listDeviceEvents(deviceId)).map(({ kind }) => kind)).toEqual([
    'verified',
    'proved',
    'hardwareMeasured',
    'agentSeen',
    'registered',
    'keyMade',
  ]);
});

test('an admin finds a device by a part of its name, its owner’s address or its id, signs taken literally', async () => {
  const owner = await makePerson();
  await db.update(users).set({ email: 'rose@garden.test' }).where(eq(users.id, owner));
  const deviceId = await makeMarketDevice(owner);
  await db.update(devices).set({ name: '100% Pi_5' }).where(eq(devices.id, deviceId));
  for (const term of ['100% pi_', 'ROSE@', deviceId]) {
    expect(await listAllDevices({ search: term }, start)).toMatchObject({ devices: [{ id: deviceId }], total: 1 });
  }
  expect(await listAllDevices({ search: '100%i' })).toMatchObject({ total: 0 });
  expect((await listAllDevices({})).total).toBeGreaterThan(1);
});
