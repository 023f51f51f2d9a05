import { bigserial, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { users } from './accounts.ts';
import { instant } from './columns.ts';

/** Who did what to what, from where; rows are never changed (a trigger refuses). */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigserial({ mode: 'bigint' }).primaryKey(),
    at: instant().notNull().defaultNow(),
    actorId: uuid().references(() => users.id), // null: the system or somebody unknown
    action: text().notNull(),
    objectKind: text().notNull(),
    objectId: text().notNull(),
    detail: text(),
    address: text(),
  },
  (t) => [index('audit_log_object').on(t.objectKind, t.objectId)],
);

/** What an admin may change while the broker runs. */
export const settings = pgTable('settings', { key: text().primaryKey(), value: text().notNull() });
