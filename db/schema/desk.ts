import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { users } from './accounts.ts';
import { instant, primaryId, whole } from './columns.ts';
import { usageCharges } from './ledger.ts';
import { rentals } from './rentals.ts';

/** How each provider last answered when it was asked what stands on the broker's account. */
export const providerChecks = pgTable('provider_checks', {
  provider: text().primaryKey(),
  askedAt: instant().notNull(),
  milliseconds: integer().notNull(), // until it answered, or we lost patience
  balances: jsonb().$type<Record<string, string>>(), // by currency; null when it did not answer
  problem: text(),
});

/** What an admin gave a renter back for charges of a rental that did not work. */
export const faultCredits = pgTable(
  'fault_credits',
  {
    id: primaryId(),
    key: text().notNull().unique(), // the form's: sent twice, it credits once
    rentalId: uuid()
      .notNull()
      .references(() => rentals.id),
    amount: whole().notNull(),
    fromOwner: whole().notNull(), // of `amount`; the broker gave the rest
    reason: text().notNull(),
    adminId: uuid()
      .notNull()
      .references(() => users.id),
    at: instant().notNull(),
  },
  (t) => [index('fault_credits_rental').on(t.rentalId, t.id)],
);

/** The charges that a credit is about, and how much of each it gave back. */
export const faultCreditCharges = pgTable(
  'fault_credit_charges',
  {
    creditId: uuid()
      .notNull()
      .references(() => faultCredits.id),
    chargeId: bigint({ mode: 'bigint' })
      .notNull()
      .references(() => usageCharges.id),
    amount: whole().notNull(),
  },
  (t) => [primaryKey({ columns: [t.creditId, t.chargeId] }), index('fault_credit_charges_charge').on(t.chargeId)],
);
