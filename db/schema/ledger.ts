import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { users } from './accounts.ts';
import { identity, instant, primaryId, whole } from './columns.ts';
import { rentals } from './rentals.ts';

/** One account of the chart in MONEY.md §4.3. Balances are debit positive and kept by a trigger. */
export const ledgerAccounts = pgTable(
  'ledger_accounts',
  {
    id: identity(),
    partyId: uuid().references(() => users.id),
    kind: text().notNull(),
    currency: text().notNull(),
    normal: smallint().notNull(), // +1 asset or expense, -1 liability or income
    balance: whole().notNull().default(sql`0`),
    held: whole().notNull().default(sql`0`), // sum of the open holds
    floor: whole(),
    version: whole().notNull().default(sql`0`),
  },
  (t) => [
    unique('ledger_accounts_party_kind_currency').on(t.partyId, t.kind, t.currency).nullsNotDistinct(),
    check('ledger_accounts_normal', sql`normal in (1, -1)`),
    check('ledger_accounts_held', sql`held >= 0`),
    check('ledger_accounts_floor', sql`floor is null or normal * balance >= floor`),
  ],
);

export const ledgerTransactions = pgTable('ledger_transactions', {
  id: identity(),
  kind: text().notNull(),
  key: text().notNull().unique(), // makes recording it twice harmless
  occurredAt: instant().notNull(),
  postedAt: instant().notNull().defaultNow(),
  reversesId: bigint({ mode: 'bigint' })
    .unique()
    .references((): AnyPgColumn => ledgerTransactions.id),
  about: jsonb().$type<Record<string, string>>().notNull().default({}), // reason, rental, admin…
});

export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    id: identity(),
    transactionId: bigint({ mode: 'bigint' })
      .notNull()
      .references(() => ledgerTransactions.id),
    accountId: bigint({ mode: 'bigint' })
      .notNull()
      .references(() => ledgerAccounts.id),
    amount: whole().notNull(), // debit positive
    currency: text().notNull(),
  },
  (t) => [
    index('ledger_entries_account').on(t.accountId, t.id),
    index('ledger_entries_transaction').on(t.transactionId),
    check('ledger_entries_amount', sql`amount <> 0`),
  ],
);

/** Money set aside for a running rental: an hour of its rate, until it ends. */
export const holds = pgTable(
  'holds',
  {
    id: primaryId(),
    accountId: bigint({ mode: 'bigint' })
      .notNull()
      .references(() => ledgerAccounts.id),
    rentalId: uuid()
      .notNull()
      .references(() => rentals.id),
    amount: whole().notNull(),
    createdAt: instant().notNull().defaultNow(),
    releasedAt: instant(),
  },
  (t) => [uniqueIndex('holds_rental').on(t.rentalId), check('holds_amount', sql`amount > 0`)],
);

/** One price segment of a rental: what was proven, and what of it stands in the ledger. */
export const rentalMeters = pgTable(
  'rental_meters',
  {
    id: identity(),
    rentalId: uuid()
      .notNull()
      .references(() => rentals.id),
    renterAccountId: bigint({ mode: 'bigint' })
      .notNull()
      .references(() => ledgerAccounts.id),
    ownerAccountId: bigint({ mode: 'bigint' })
      .notNull()
      .references(() => ledgerAccounts.id),
    rate: whole().notNull(), // micro-dollars an hour
    feeBasisPoints: integer().notNull(),
    open: boolean().notNull().default(true),
    startedAt: instant().notNull(),
    seenAt: instant().notNull(), // proofs up to here are counted
    billableMs: whole().notNull().default(sql`0`),
    postedGross: whole().notNull().default(sql`0`),
    postedFee: whole().notNull().default(sql`0`),
  },
  (t) => [
    uniqueIndex('rental_meters_open').on(t.rentalId).where(sql`open`),
    index('rental_meters_rental').on(t.rentalId),
    index('rental_meters_renter').on(t.renterAccountId),
  ],
);

/** One line of what a rental cost: the part of a metering transaction that is this rental's. */
export const usageCharges = pgTable(
  'usage_charges',
  {
    id: identity(),
    transactionId: bigint({ mode: 'bigint' })
      .notNull()
      .references(() => ledgerTransactions.id),
    meterId: bigint({ mode: 'bigint' })
      .notNull()
      .references(() => rentalMeters.id),
    rentalId: uuid().notNull(), // the meter's; a reference would wait for whoever has locked the rental, and deadlock
    uptoAt: instant().notNull(),
    uptoMs: whole().notNull(),
    gross: whole().notNull(),
    fee: whole().notNull(),
    uncollected: whole().notNull(), // what the wallet could not pay
  },
  (t) => [
    unique('usage_charges_meter_upto').on(t.meterId, t.uptoMs),
    index('usage_charges_rental').on(t.rentalId, t.id),
    index('usage_charges_transaction').on(t.transactionId),
  ],
);
