import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';

/** A VPS that runs the tunnel daemon; the daemon keeps its own row up to date. */
export const relays = pgTable('relays', {
  id: primaryId(),
  name: text().notNull().unique(),
  host: text().notNull(), // what renters type after the @
  deviceHost: text().notNull(), // what devices dial; differs from `host` only in local mode
  sshPort: integer().notNull(),
  sshUser: text().notNull(),
  hostKey: text().notNull(), // type and base64
  rentDomain: text().notNull(),
  httpPort: integer().notNull(), // as shown in web addresses
  httpsPort: integer().notNull(),
  firstPort: integer().notNull(), // public ports for renters' ssh, inclusive
  lastPort: integer().notNull(),
  seenAt: instant().notNull().defaultNow(),
});
