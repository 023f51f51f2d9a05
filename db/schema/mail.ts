import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';

/** The outbox: written in the transaction that causes the mail, sent by a job, shown on the development mailbox page. */
export const mails = pgTable(
  'mails',
  {
    id: primaryId(), // also the Message-ID, so that a repeated sending is recognised
    recipient: text().notNull(),
    subject: text().notNull(),
    body: text().notNull(), // plain text
    createdAt: instant().notNull().defaultNow(),
    sentAt: instant(),
    attempts: integer().notNull().default(0),
    nextAttemptAt: instant().notNull().defaultNow(),
    lastProblem: text(),
  },
  (t) => [index('mails_unsent').on(t.nextAttemptAt).where(sql`sent_at is null`)],
);
