import { index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { users } from './accounts.ts';
import { instant, primaryId, whole } from './columns.ts';

const userId = () =>
  uuid()
    .notNull()
    .references(() => users.id);

/** A way to pay that a person lets us use without them. */
export const savedMethods = pgTable(
  'saved_methods',
  {
    id: primaryId(),
    userId: userId(),
    provider: text().notNull(),
    reference: text().notNull(),
    label: text().notNull(), // what the person recognises it by
    createdAt: instant().notNull().defaultNow(),
    forgottenAt: instant(),
    detachedAt: instant(), // when its provider had forgotten it too
  },
  (t) => [unique('saved_methods_reference').on(t.provider, t.reference), index('saved_methods_user').on(t.userId)],
);

/** How a person wants to be topped up by itself. */
export const autoTopUps = pgTable('auto_top_ups', {
  userId: userId().primaryKey(),
  savedMethodId: uuid()
    .notNull()
    .references(() => savedMethods.id),
  threshold: whole().notNull(),
  amount: whole().notNull(),
  monthlyCap: whole().notNull(),
  failures: integer().notNull().default(0), // in a row
  nextAttemptAt: instant().notNull().defaultNow(),
  stoppedAt: instant(), // after too many refusals
});

/** At which level a person wants to be told, and what they were told since the wallet was last above. */
export const walletAlerts = pgTable('wallet_alerts', {
  userId: userId().primaryKey(),
  level: whole(), // micro-dollars; null: only runway alerts
  toldLevelAt: instant(),
  toldDayAt: instant(),
  toldHourAt: instant(),
  toldMinutesAt: instant(),
});
