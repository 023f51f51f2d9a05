import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { TopUpAction } from '../../lib/payments/provider.ts';
import { type RefundState, refundLifecycle } from '../../lib/refunds/lifecycle.ts';
import { type TopUpState, topUpLifecycle } from '../../lib/top-ups/lifecycle.ts';
import { users } from './accounts.ts';
import { identity, instant, primaryId, whole } from './columns.ts';
import { savedMethods } from './wallets.ts';

export const topUpState = pgEnum('top_up_state', Object.keys(topUpLifecycle) as [TopUpState, ...TopUpState[]]);
export const refundState = pgEnum('refund_state', Object.keys(refundLifecycle) as [RefundState, ...RefundState[]]);
export const disputeState = pgEnum('dispute_state', ['open', 'won', 'lost']);

const userId = () =>
  uuid()
    .notNull()
    .references(() => users.id);

/** When a provider is asked next about something that is not final; null once it is. */
const checks = { checkAt: instant(), checks: integer().notNull().default(0) };

/** A person's wish to pay in; what really came stands in `payments`. */
export const topUps = pgTable(
  'top_ups',
  {
    id: primaryId(), // our id at the provider, and in every key
    userId: userId(),
    provider: text().notNull(),
    state: topUpState().notNull().default('created'),
    stateSince: instant().notNull().defaultNow(),
    amount: whole().notNull(), // micro-dollars, as wished
    automatic: boolean().notNull().default(false),
    saveMethod: boolean().notNull().default(false),
    savedMethodId: uuid().references(() => savedMethods.id),
    reference: text(), // the provider's; of a chain the address
    action: jsonb().$type<TopUpAction>(),
    addressIndex: integer(), // of a chain's address
    quoteAmount: whole(), // units of the provider's currency that buy `amount`
    quotedUntil: instant(),
    problem: text(), // why it failed, in the person's words
    revision: integer().notNull().default(0), // an answer of the provider is worth nothing once this has changed
    ...checks,
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('top_ups_reference').on(t.provider, t.reference),
    uniqueIndex('top_ups_address').on(t.addressIndex),
    index('top_ups_user').on(t.userId, t.id),
    index('top_ups_due').on(t.checkAt).where(sql`check_at is not null`),
    check('top_ups_amount', sql`amount > 0`),
  ],
);

/** Money that came in and was credited; a payment that a chain drops is reversed, and may come again. */
export const payments = pgTable(
  'payments',
  {
    id: primaryId(),
    topUpId: uuid()
      .notNull()
      .references(() => topUps.id),
    reference: text().notNull(), // the provider's id of this payment
    currency: text().notNull(),
    received: whole().notNull(),
    credited: whole().notNull(), // micro-dollars
    fee: whole(), // micro-dollars the provider kept; null until known
    refunded: whole().notNull().default(sql`0`), // micro-dollars on their way back or gone
    round: integer().notNull().default(1), // how often it was credited
    reversedAt: instant(),
    at: instant().notNull(),
  },
  (t) => [
    unique('payments_reference').on(t.topUpId, t.reference),
    check('payments_refunded', sql`refunded between 0 and credited`),
  ],
);

/** A part of what a wallet holds, by where it came from. Spending uses the oldest first. */
export const fundingLots = pgTable(
  'funding_lots',
  {
    id: identity(),
    userId: userId(),
    source: text().notNull(), // a provider's id, or `goodwill`
    paymentId: uuid().references(() => payments.id),
    amount: whole().notNull(),
    spent: whole().notNull().default(sql`0`),
    takenBack: whole().notNull().default(sql`0`), // refunded, disputed or undone before it was spent
    holdDays: integer().notNull().default(1), // for how long what it earns waits, in case it is contested
    frozen: boolean().notNull().default(false), // its payment is disputed: what it earned does not mature
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('funding_lots_payment').on(t.paymentId),
    index('funding_lots_open').on(t.userId, t.id).where(sql`spent + taken_back < amount`),
    check('funding_lots_sum', sql`spent >= 0 and taken_back >= 0 and spent + taken_back <= amount`),
  ],
);

/** What one owner earned on one day from one lot, until it matures; `lotId` is null for what no wallet could pay. */
export const earnings = pgTable(
  'earnings',
  {
    id: identity(),
    ownerId: userId(),
    lotId: bigint({ mode: 'bigint' }).references(() => fundingLots.id),
    day: date().notNull(), // UTC
    gross: whole().notNull(),
    earned: whole().notNull(),
    takenBack: whole().notNull().default(sql`0`), // of `earned`, by a lost dispute
    maturesAt: instant().notNull(),
    maturedAt: instant(),
  },
  (t) => [
    unique('earnings_part').on(t.ownerId, t.lotId, t.day).nullsNotDistinct(),
    index('earnings_due').on(t.maturesAt).where(sql`matured_at is null`),
    index('earnings_lot').on(t.lotId),
  ],
);

/** Up to which charge spending has been allotted to lots. */
export const allotments = pgTable('allotments', { name: text().primaryKey(), chargeId: whole().notNull() });

/** Money on its way back to where it came from. */
export const refunds = pgTable(
  'refunds',
  {
    id: primaryId(),
    paymentId: uuid()
      .notNull()
      .references(() => payments.id),
    amount: whole().notNull(),
    state: refundState().notNull().default('requested'),
    stateSince: instant().notNull().defaultNow(),
    reference: text(), // the provider's
    destination: text(), // where to send it by hand, of providers that cannot send back by themselves
    requestedBy: uuid().references(() => users.id), // null: made at the provider
    reason: text().notNull(),
    problem: text(),
    ...checks,
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('refunds_reference').on(t.paymentId, t.reference),
    index('refunds_due').on(t.checkAt).where(sql`check_at is not null`),
    check('refunds_amount', sql`amount > 0`),
  ],
);

/** A payment that its payer contests. */
export const disputes = pgTable(
  'disputes',
  {
    id: primaryId(),
    paymentId: uuid()
      .notNull()
      .references(() => payments.id),
    reference: text().notNull(),
    state: disputeState().notNull(),
    amount: whole().notNull(),
    fee: whole().notNull(),
    fromWallet: whole().notNull(), // what the wallet still had of it; the rest is owed
    openedAt: instant().notNull(),
    closedAt: instant(),
  },
  (t) => [unique('disputes_reference').on(t.paymentId, t.reference)],
);

/** Everything that providers told us, as an inbox; processed by a job, with the provider asked again for the truth. */
export const webhookEvents = pgTable(
  'webhook_events',
  {
    id: identity(),
    provider: text().notNull(),
    eventId: text().notNull(),
    type: text().notNull(),
    references: text().array().notNull(),
    payoutKeys: text().array().notNull(),
    receivedAt: instant().notNull().defaultNow(),
    processedAt: instant(),
    attempts: integer().notNull().default(0),
    nextAttemptAt: instant().notNull().defaultNow(),
    problem: text(),
    deadAt: instant(), // given up until an admin plays it again
  },
  (t) => [
    unique('webhook_events_event').on(t.provider, t.eventId),
    index('webhook_events_due').on(t.nextAttemptAt).where(sql`processed_at is null and dead_at is null`),
  ],
);

/** Money or news that fits nothing of ours; an admin decides. */
export const unapplied = pgTable(
  'unapplied',
  {
    id: primaryId(),
    provider: text().notNull(),
    reference: text().notNull(), // what it is about, in the provider's words
    currency: text(),
    amount: whole(),
    reason: text().notNull(),
    at: instant().notNull(),
    resolvedAt: instant(),
    resolvedBy: uuid().references(() => users.id),
    resolution: text(),
  },
  (t) => [unique('unapplied_reference').on(t.provider, t.reference, t.reason)],
);
