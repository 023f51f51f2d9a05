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
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { TimedStep } from '../../lib/protocol/agent.ts';
import { type RentalState, rentalLifecycle } from '../../lib/rentals/lifecycle.ts';
import { users } from './accounts.ts';
import { instant, primaryId, whole } from './columns.ts';
import { devices } from './devices.ts';
import { relays } from './relays.ts';

export const rentalState = pgEnum('rental_state', Object.keys(rentalLifecycle) as [RentalState, ...RentalState[]]);

/** Every text that anybody ever agreed to, by its SHA-256. */
export const contracts = pgTable('contracts', {
  hash: text().primaryKey(),
  version: text().notNull(),
  body: text().notNull(),
  createdAt: instant().notNull().defaultNow(),
});

export const rentals = pgTable(
  'rentals',
  {
    id: primaryId(),
    renterId: uuid()
      .notNull()
      .references(() => users.id),
    deviceId: uuid()
      .notNull()
      .references(() => devices.id),
    ownerId: uuid()
      .notNull()
      .references(() => users.id),
    relayId: uuid()
      .notNull()
      .references(() => relays.id),
    state: rentalState().notNull().default('preparing'),
    stateSince: instant().notNull().defaultNow(),
    rate: whole().notNull(), // micro-dollars an hour, frozen
    feeBasisPoints: integer().notNull(), // frozen
    contractHash: text()
      .notNull()
      .references(() => contracts.hash),
    name: text().notNull(), // user name and subdomain; never used again
    port: integer().notNull(), // public ssh port on the relay
    password: text().notNull(), // sealed
    authorizedKeys: text().array().notNull(),
    tlsPassthrough: boolean().notNull().default(false),
    hostKey: text(), // of the environment, reported by the agent; type and base64
    environmentReadyAt: instant(), // routes may exist from here
    environmentSteps: jsonb().$type<TimedStep[]>(), // what the agent did, with times
    activeAt: instant(),
    endedAt: instant(),
    endEvent: text(), // the lifecycle event that ended it
    untold: boolean().notNull().default(false), // its renter has not been told of its state yet
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('rentals_name').on(t.name),
    uniqueIndex('rentals_open_device').on(t.deviceId).where(sql`state in ('preparing', 'active', 'suspended')`),
    uniqueIndex('rentals_open_port').on(t.relayId, t.port).where(sql`state in ('preparing', 'active', 'suspended')`),
    index('rentals_open_state').on(t.state, t.stateSince).where(sql`state in ('preparing', 'active', 'suspended')`),
    index('rentals_untold').on(t.id).where(sql`untold`),
    index('rentals_renter').on(t.renterId, t.id),
    index('rentals_owner').on(t.ownerId, t.id),
    index('rentals_device').on(t.deviceId, t.id),
  ],
);

/** What has happened to a rental, for both sides to read: append-only. */
export const rentalEvents = pgTable(
  'rental_events',
  {
    id: bigserial({ mode: 'bigint' }).primaryKey(),
    rentalId: uuid()
      .notNull()
      .references(() => rentals.id),
    kind: text().notNull(), // see lib/rentals/story.ts
    at: instant().notNull().defaultNow(),
    detail: text(),
  },
  (t) => [index('rental_events_rental').on(t.rentalId, t.id)],
);

/** Stretches of time for which the relay proved that the environment answered; they never overlap. */
export const proofIntervals = pgTable(
  'proof_intervals',
  {
    id: bigserial({ mode: 'bigint' }).primaryKey(),
    rentalId: uuid()
      .notNull()
      .references(() => rentals.id),
    fromAt: instant().notNull(),
    toAt: instant().notNull(),
    proofs: integer().notNull().default(1), // how many single proofs it stands for
    handshakeAt: instant(), // last full handshake with the host key compared
  },
  (t) => [
    uniqueIndex('proof_intervals_rental').on(t.rentalId, t.fromAt),
    index('proof_intervals_to').on(t.rentalId, t.toAt),
    check('proof_intervals_order', sql`to_at >= from_at`),
  ],
);
