import {
  and,
  asc,
  count,
  desc,
  eq,
  gte,
  ilike,
  inArray,
  isNotNull,
  isNull,
  lte,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import { db } from '#db/client';
import { containing } from '#db/like';
import { users } from '#db/schema/accounts';
import { deviceEvents, devices } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { isId } from '#lib/ids';
import { databaseTime } from '../clock.ts';
import { findOpenRental } from '../rentals/queries.ts';
import { onlineSince, standingOf } from './story.ts';

const orders = {
  price: [asc(devices.rate), asc(devices.id)],
  memory: [desc(devices.memoryBytes), desc(devices.id)],
  cores: [desc(devices.cores), desc(devices.id)],
  cpu: [desc(devices.cpuScore), desc(devices.id)],
  disk: [desc(devices.diskGigabytes), desc(devices.id)],
  roundTrip: [asc(devices.roundTripMs), asc(devices.id)],
  uptime: [desc(devices.uptime30), desc(devices.id)],
  newest: [desc(devices.id)],
} satisfies Record<string, SQL[]>;

/** What the market can be sorted by, the best first. */
export type MarketSort = keyof typeof orders;

/** What is asked of the market; a missing limit is no limit. */
export type MarketSearch = {
  mostRate?: bigint | undefined;
  leastMemoryBytes?: bigint | undefined;
  leastCores?: number | undefined;
  leastDiskGigabytes?: number | undefined;
  architecture?: 'arm64' | 'amd64' | undefined;
  country?: string | undefined;
  mostRoundTripMs?: number | undefined;
  /** A share from 0 to 1. */
  leastUptime?: number | undefined;
  sort: MarketSort;
  page: number;
};

/** How many devices a page of the market shows. */
export const MARKET_PAGE = 24;

/** How many matches are counted and can be paged through; who has more of them had better filter. */
export const MARKET_MOST = 50 * MARKET_PAGE;

const model = sql<string>`${devices.hardware}->>'model'`;

const marketColumns = {
  id: devices.id,
  name: devices.name,
  country: devices.country,
  rate: devices.rate,
  model,
  architecture: devices.architecture,
  cores: devices.cores,
  cpuScore: devices.cpuScore,
  memoryBytes: devices.memoryBytes,
  diskGigabytes: devices.diskGigabytes,
  roundTripMs: devices.roundTripMs,
  downloadMbps: devices.downloadMbps,
  uploadMbps: devices.uploadMbps,
  uptime30: devices.uptime30,
  measuredAt: devices.measuredAt,
};

/** One page of the devices that can be rented now and match; `total` counts up to MARKET_MOST. */
export async function searchMarket(search: MarketSearch, at = databaseTime()) {
  const matches = and(...onMarket(at), ...limitsOf(search));
  const page = Math.min(Math.max(search.page, 1), MARKET_MOST / MARKET_PAGE);
  const some = db.select({ id: devices.id }).from(devices).where(matches).limit(MARKET_MOST).as('some');
  const [found, [counted]] = await Promise.all([
    db
      .select(marketColumns)
      .from(devices)
      .where(matches)
      .orderBy(...orders[search.sort])
      .limit(MARKET_PAGE)
      .offset((page - 1) * MARKET_PAGE),
    db.select({ total: count() }).from(some),
  ]);
  return { devices: found, total: counted?.total ?? 0, page };
}

/** A device as the market shows it in a list. */
export type MarketDevice = Awaited<ReturnType<typeof searchMarket>>['devices'][number];

/** All that a renter may know of a device; null for one that is not offered, whatever the reason. */
export async function findListing(deviceId: string, at = databaseTime()) {
  if (!isId(deviceId)) return null;
  const [found] = await db
    .select({ ...marketColumns, ...stateColumns, hardware: devices.hardware, probes: devices.probes })
    .from(devices)
    .where(
      and(eq(devices.id, deviceId), offered(), inArray(devices.state, ['ready', 'rented', 'wiping', 'verifying'])),
    );
  if (!found?.hardware) return null;
  return { ...found, hardware: found.hardware, ...standingOf(found, at) };
}

/** A device as its listing shows it. */
export type Listing = NonNullable<Awaited<ReturnType<typeof findListing>>>;

const stateColumns = {
  state: devices.state,
  stateSince: devices.stateSince,
  listed: devices.listed,
  suspendedAt: devices.suspendedAt,
  lastPollAt: devices.lastPollAt,
  tunnelUpSince: devices.tunnelUpSince,
  relaySeenAt: sql<Date | null>`(select seen_at from relays where relays.id = devices.relay_id)`.mapWith(relays.seenAt),
  provedAt: devices.provedAt,
};

const ownColumns = {
  ...marketColumns,
  ...stateColumns,
  problem: devices.problem,
  createdAt: devices.createdAt,
  program: devices.program,
};

/** The devices of an owner, newest first; retired ones last. */
export async function listOwnDevices(ownerId: string, at = databaseTime()) {
  const found = await db
    .select(ownColumns)
    .from(devices)
    .where(eq(devices.ownerId, ownerId))
    .orderBy(sql`${devices.state} = 'retired'`, desc(devices.id));
  return found.map((device) => ({ ...device, ...standingOf(device, at) }));
}

/** All that an owner may know of a device; null for a stranger's and for one that does not exist. */
export async function findOwnDevice(deviceId: string, ownerId: string, at = databaseTime()) {
  if (!isId(deviceId)) return null;
  const { hardware, probes, metrics, lastWipe, tunnelProblem } = devices;
  const [device] = await db
    .select({ ...ownColumns, hardware, probes, metrics, lastWipe, tunnelProblem, agentSeenAt, refusal })
    .from(devices)
    .where(and(eq(devices.id, deviceId), eq(devices.ownerId, ownerId)));
  if (!device) return null;

  return { ...device, ...standingOf(device, at), rental: await findOpenRental(deviceId) };
}

/** A device as its owner sees it. */
export type OwnDevice = NonNullable<Awaited<ReturnType<typeof findOwnDevice>>>;

/** What has happened to a device, newest first; the caller has made sure that the viewer may know. */
export async function listDeviceEvents(deviceId: string, { limit }: { limit: number } = { limit: 50 }) {
  return db
    .select({ id: deviceEvents.id, kind: deviceEvents.kind, at: deviceEvents.at, detail: deviceEvents.detail })
    .from(deviceEvents)
    .where(eq(deviceEvents.deviceId, deviceId))
    .orderBy(desc(deviceEvents.id))
    .limit(limit);
}

/** How many rows a page of an admin's list shows. */
export const ADMIN_PAGE = 50;

/** Every device for an admin, newest first, by a part of its name or its owner's address, or by its id. */
export async function listAllDevices(
  { search = '', page = 1 }: { search?: string; page?: number },
  at = databaseTime(),
) {
  const part = containing(search);
  const named = or(ilike(devices.name, part), ilike(users.email, part));
  const matches = isId(search) ? eq(devices.id, search) : search ? named : undefined;
  const owned = eq(users.id, devices.ownerId);
  const [found, [counted]] = await Promise.all([
    db
      .select({ ...ownColumns, ownerId: devices.ownerId, ownerEmail: users.email })
      .from(devices)
      .innerJoin(users, owned)
      .where(matches)
      .orderBy(desc(devices.id))
      .limit(ADMIN_PAGE)
      .offset((page - 1) * ADMIN_PAGE),
    db.select({ total: count() }).from(devices).innerJoin(users, owned).where(matches),
  ]);
  const shown = found.map((device) => ({ ...device, ...standingOf(device, at) }));
  return { devices: shown, total: counted?.total ?? 0 };
}

/** The SQL of `isOnMarket`; its first part is spelled as the partial indexes are. */
function onMarket(at: Date): SQL[] {
  return [
    sql`${devices.state} = 'ready'`,
    offered(),
    gte(devices.lastPollAt, onlineSince(at)),
    isNotNull(devices.tunnelUpSince),
  ];
}

/** Listed, and neither the device nor its owner suspended. */
function offered(): SQL {
  const suspendedOwners = db.select({ id: users.id }).from(users).where(isNotNull(users.suspendedAt));
  return sql`${devices.listed} and ${isNull(devices.suspendedAt)} and ${notInArray(devices.ownerId, suspendedOwners)}`;
}

function limitsOf(search: MarketSearch): SQL[] {
  const { mostRate, leastMemoryBytes, leastCores, leastDiskGigabytes, mostRoundTripMs, leastUptime } = search;
  const limits = [
    mostRate !== undefined && lte(devices.rate, mostRate),
    leastMemoryBytes !== undefined && gte(devices.memoryBytes, leastMemoryBytes),
    leastCores !== undefined && gte(devices.cores, leastCores),
    leastDiskGigabytes !== undefined && gte(devices.diskGigabytes, leastDiskGigabytes),
    search.architecture !== undefined && eq(devices.architecture, search.architecture),
    search.country !== undefined && eq(devices.country, search.country),
    mostRoundTripMs !== undefined && lte(devices.roundTripMs, mostRoundTripMs),
    leastUptime !== undefined && gte(devices.uptime30, leastUptime),
  ];
  return limits.filter((limit) => limit !== false);
}

/** Why an agent was turned away last, unless a newer key was made or an agent got in since. */
const refusal = sql<string | null>`(select detail from ${deviceEvents}
  where device_id = devices.id and kind in ('agentRefused', 'keyMade', 'registered', 'keyReplaced')
  and at > coalesce(last_poll_at, '-infinity') order by id desc limit 1)`;

/** Drizzle would write the device's id without its table, and mean the event's. */
const agentSeenAt = sql<Date | null>`(select max(at) from ${deviceEvents}
  where device_id = devices.id and kind in ('registered', 'agentSeen', 'keyReplaced'))`.mapWith(deviceEvents.at);
