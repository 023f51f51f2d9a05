import { type AnyColumn, type SQL, sql } from 'drizzle-orm';
import {
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ChainOutput } from '../../lib/payments/chain.ts';
import { type PayoutState, payoutLifecycle } from '../../lib/payouts/lifecycle.ts';
import { users } from './accounts.ts';
import { instant, primaryId, whole } from './columns.ts';

export const payoutState = pgEnum('payout_state', Object.keys(payoutLifecycle) as [PayoutState, ...PayoutState[]]);

const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/** Where an owner wants to be paid. */
export const payoutDestinations = pgTable(
  'payout_destinations',
  {
    id: primaryId(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    provider: text().notNull(),
    destination: text().notNull(), // in the provider's form: an address, an account
    ready: boolean().notNull().default(true), // false while the provider still wants to know who they are
    missing: text().array().notNull().default([]),
    createdAt: instant().notNull().defaultNow(),
    usableAt: instant().notNull(), // 72 hours later
    removedAt: instant(),
  },
  (t) => [uniqueIndex('payout_destinations_one').on(t.userId).where(sql`removed_at is null`)],
);

/** When an owner is paid. */
export const payoutPlans = pgTable('payout_plans', {
  userId: uuid()
    .primaryKey()
    .references(() => users.id),
  weekly: boolean().notNull(),
  ranAt: instant(), // up to when its Mondays are done
  frozenAt: instant(), // by an admin or a dispute
});

/** The network of a provider that is a chain: `evm:8453` of `evm:8453:usdc`. */
export const networkOf = (provider: AnyColumn | SQL) => sql`substring(${provider} from '^[^:]+(?::[^:]+)?')`;

/** Payouts on one chain that an admin signs elsewhere, together. */
export const payoutBatches = pgTable(
  'payout_batches',
  {
    id: primaryId(),
    provider: text().notNull(),
    outputs: jsonb().$type<(Omit<ChainOutput, 'amount'> & { amount: string })[]>().notNull(),
    fileName: text().notNull(),
    mediaType: text().notNull(),
    unsigned: bytes().notNull(),
    price: whole().notNull(), // micro-dollars for a whole coin, as it was asked then
    fee: whole().notNull(), // in units of the chain
    signedAt: instant(),
    signedBy: uuid().references(() => users.id),
    transactions: jsonb().$type<{ id: string; raw: string }[]>(),
    abandonedAt: instant(),
    createdBy: uuid()
      .notNull()
      .references(() => users.id),
    createdAt: instant().notNull().defaultNow(),
  },
  // One unsigned batch a network: two would spend the same coins, or count the same transactions of our account.
  (t) => [
    uniqueIndex('payout_batches_open').on(networkOf(t.provider)).where(sql`signed_at is null and abandoned_at is null`),
  ],
);

export const payouts = pgTable(
  'payouts',
  {
    id: primaryId(),
    ownerId: uuid()
      .notNull()
      .references(() => users.id),
    provider: text().notNull(),
    destinationId: uuid()
      .notNull()
      .references(() => payoutDestinations.id),
    amount: whole().notNull(), // micro-dollars
    state: payoutState().notNull(),
    stateSince: instant().notNull().defaultNow(),
    heldFor: text(), // why it waits: newDestination, review, notReady, frozen
    calledAt: instant(), // first call under its key
    reference: text(), // the provider's, or the transaction
    units: whole(), // what was sent on a chain, in its units
    batchId: uuid().references(() => payoutBatches.id),
    fee: whole(), // micro-dollars
    problem: text(),
    approvedBy: uuid().references(() => users.id),
    checkAt: instant(),
    checks: integer().notNull().default(0),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    index('payouts_owner').on(t.ownerId, t.id),
    index('payouts_batch').on(t.batchId),
    index('payouts_due').on(t.checkAt).where(sql`check_at is not null`),
    index('payouts_state').on(t.state).where(sql`state not in ('paid', 'returned', 'failed', 'cancelled')`),
    check('payouts_amount', sql`amount > 0`),
  ],
);
