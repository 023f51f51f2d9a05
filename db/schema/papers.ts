import { date, index, integer, jsonb, pgTable, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { users } from './accounts.ts';
import { instant, primaryId, whole } from './columns.ts';

/** What a person wants on their papers. */
export const letterheads = pgTable('letterheads', {
  userId: uuid()
    .primaryKey()
    .references(() => users.id),
  name: text().notNull(),
  address: text().notNull(), // lines
  taxId: text(),
});

/** Issued papers, as they were: append-only (a trigger refuses changes), numbered without gaps in each series and year. */
export const papers = pgTable(
  'papers',
  {
    id: primaryId(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    kind: text().notNull(), // receipt, statement, earnings
    year: integer().notNull(),
    number: integer().notNull(),
    about: text().notNull(), // a payment’s id, or the month
    periodFrom: date(),
    periodTo: date(),
    total: whole().notNull(),
    content: jsonb().notNull(), // see lib/papers
    issuedAt: instant().notNull(),
  },
  (t) => [
    unique('papers_number').on(t.kind, t.year, t.number),
    uniqueIndex('papers_about').on(t.userId, t.kind, t.about),
    index('papers_user').on(t.userId, t.id),
  ],
);

/**
 * Months that are over: what was booked by `lastTransactionId` and is dated before the month's end stands in its papers
 * or in earlier ones, and what is booked later stands in later ones, whatever its date.
 */
export const closedMonths = pgTable('closed_months', {
  month: date().primaryKey(), // its first day, UTC
  lastTransactionId: whole().notNull(),
  closedAt: instant().notNull(),
  issuedAt: instant(), // when the last of its papers was issued
});

/** Something that the books and a provider tell differently, in units of its currency; null: not known there. */
export type StoredDifference = {
  kind: 'balance' | 'movement';
  reference: string;
  currency: string;
  here: string | null;
  there: string | null;
};

/** A comparison of a provider's account with the ledger, and what differed. */
export const reconciliations = pgTable(
  'reconciliations',
  {
    id: primaryId(),
    provider: text().notNull(),
    at: instant().notNull(),
    ledger: jsonb().$type<Record<string, string>>().notNull(), // by currency
    reported: jsonb().$type<Record<string, string>>().notNull(),
    differences: jsonb().$type<StoredDifference[]>().notNull(),
    problem: text(), // why it could not be done
  },
  (t) => [index('reconciliations_provider').on(t.provider, t.at)],
);
