import { sql } from 'drizzle-orm';
import {
  bigserial,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  real,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { type DeviceState, deviceLifecycle } from '../../lib/devices/lifecycle.ts';
import type { Hardware, Metrics, Probe, WipeReport } from '../../lib/protocol/agent.ts';
import { users } from './accounts.ts';
import { instant, primaryId, whole } from './columns.ts';
import { relays } from './relays.ts';

export const deviceState = pgEnum('device_state', Object.keys(deviceLifecycle) as [DeviceState, ...DeviceState[]]);
export const architecture = pgEnum('architecture', ['arm64', 'amd64']);

/** What all devices on the market are. */
const offered = sql`state = 'ready' and listed and suspended_at is null`;

type Filters =
  | 'rate'
  | 'memoryBytes'
  | 'cores'
  | 'diskGigabytes'
  | 'architecture'
  | 'country'
  | 'roundTripMs'
  | 'uptime30';

/**
 * What the market is filtered by. Each order of the market has an index that also holds these, so that a filter which
 * few devices pass is answered from the index: rows are wide, and reading 100,000 of them takes a quarter of a second.
 */
function filteredBy<Column>(t: Record<Filters, Column>, already?: Column): Column[] {
  const { rate, memoryBytes, cores, diskGigabytes, architecture, country, roundTripMs, uptime30 } = t;
  const all = [rate, memoryBytes, cores, diskGigabytes, architecture, country, roundTripMs, uptime30];
  return all.filter((column) => column !== already);
}

export const devices = pgTable(
  'devices',
  {
    id: primaryId(),
    number: integer().notNull().generatedAlwaysAsIdentity(), // decides the loopback address on the relay
    ownerId: uuid()
      .notNull()
      .references(() => users.id),
    relayId: uuid().references(() => relays.id), // set at registration
    name: text().notNull(),
    country: text().notNull(), // ISO 3166-1 alpha-2
    rate: whole().notNull(), // micro-dollars an hour
    diskGigabytes: integer().notNull(),
    listed: boolean().notNull(),
    suspendedAt: instant(), // by an admin
    state: deviceState().notNull().default('awaitingAgent'),
    stateSince: instant().notNull().defaultNow(),
    jobId: uuid(), // of the verification or wipe that the state calls for
    nextName: text(), // of the next rental here, for which the device keeps an environment waiting
    problem: text(), // why rejected or quarantined, in the owner's words
    createdAt: instant().notNull().defaultNow(),

    // the agent
    tokenHash: text(),
    tunnelPublicKey: text(), // type and base64
    tunnelFingerprint: text(), // SHA256:… as sshd writes it
    program: text(),
    lastPollAt: instant(),
    absenceToldAt: instant(), // when its owner was told that it is out of touch; null once it is back
    tunnelUpSince: instant(), // as the relay sees it; null when down
    tunnelProblem: text(), // why the agent says that its tunnel is down
    verifyPassword: text(), // sealed; of the verification environment
    verifyHostKey: text(), // reported by the agent while its verification environment is ready
    metrics: jsonb().$type<Metrics>(),
    lastWipe: jsonb().$type<WipeReport>(),

    // measured
    measuredAt: instant(),
    hardware: jsonb().$type<Hardware>(),
    probes: jsonb().$type<Probe[]>(),
    architecture: architecture(),
    cores: integer(),
    cpuScore: real(),
    memoryBytes: whole(),
    diskBytes: whole(),
    roundTripMs: real(), // relay ↔ environment
    downloadMbps: real(), // relay → environment
    uploadMbps: real(), // environment → relay
    provedAt: instant(), // last proof through the relay while verifying
    uptime30: real().notNull().default(0), // share of the last 30 days, kept by a job
  },
  (t) => [
    uniqueIndex('devices_number').on(t.number),
    uniqueIndex('devices_token').on(t.tokenHash),
    uniqueIndex('devices_fingerprint').on(t.tunnelFingerprint),
    index('devices_owner').on(t.ownerId),
    index('devices_market')
      .on(t.rate, t.id, ...filteredBy(t, t.rate))
      .where(offered),
    index('devices_market_memory')
      .on(t.memoryBytes, t.id, ...filteredBy(t, t.memoryBytes))
      .where(offered),
    index('devices_market_cores')
      .on(t.cores, t.id, ...filteredBy(t, t.cores))
      .where(offered),
    index('devices_market_cpu')
      .on(t.cpuScore, t.id, ...filteredBy(t))
      .where(offered),
    index('devices_market_disk')
      .on(t.diskGigabytes, t.id, ...filteredBy(t, t.diskGigabytes))
      .where(offered),
    index('devices_market_round_trip')
      .on(t.roundTripMs, t.id, ...filteredBy(t, t.roundTripMs))
      .where(offered),
    index('devices_market_uptime')
      .on(t.uptime30, t.id, ...filteredBy(t, t.uptime30))
      .where(offered),
    index('devices_market_newest')
      .on(t.id, ...filteredBy(t))
      .where(offered),
    check('devices_rate', sql`rate between 100 and 100000000`),
    check('devices_disk', sql`disk_gigabytes between 1 and 100000`),
  ],
);

export const registrationKeys = pgTable(
  'registration_keys',
  {
    id: primaryId(),
    deviceId: uuid()
      .notNull()
      .references(() => devices.id),
    keyHash: text().notNull(),
    createdAt: instant().notNull().defaultNow(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    usedBy: text(), // fingerprint of the tunnel key that used it
    revokedAt: instant(), // a newer key was made
  },
  (t) => [uniqueIndex('registration_keys_hash').on(t.keyHash), index('registration_keys_device').on(t.deviceId)],
);

/** What has happened to a device, for its owner to read: append-only. */
export const deviceEvents = pgTable(
  'device_events',
  {
    id: bigserial({ mode: 'bigint' }).primaryKey(),
    deviceId: uuid()
      .notNull()
      .references(() => devices.id),
    kind: text().notNull(), // see lib/devices/story.ts
    at: instant().notNull().defaultNow(),
    detail: text(),
  },
  (t) => [index('device_events_device').on(t.deviceId, t.id)],
);

/** Stretches of time in which the relay held a device's tunnel. */
export const tunnelIntervals = pgTable(
  'tunnel_intervals',
  {
    id: bigserial({ mode: 'bigint' }).primaryKey(),
    deviceId: uuid()
      .notNull()
      .references(() => devices.id),
    fromAt: instant().notNull(),
    toAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('tunnel_intervals_device').on(t.deviceId, t.fromAt),
    check('tunnel_intervals_order', sql`to_at >= from_at`),
  ],
);
