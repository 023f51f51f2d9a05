import { desc } from 'drizzle-orm';
import { db } from '#db/client';
import { mails } from '#db/schema/mail';
import type { Sealer } from '#lib/secrets';
import { mailContext } from './commands.ts';

/** The newest mails with their texts, for the mailbox page of local mode; texts of mails that have left are gone. */
export async function listMails(sealer: Sealer, limit = 50) {
  const newest = await db.select().from(mails).orderBy(desc(mails.createdAt)).limit(limit);
  return newest.map(({ id, recipient, subject, createdAt, sentAt, body }) => ({
    id,
    recipient,
    subject,
    createdAt,
    sentAt,
    body: body && sealer.open(body, mailContext(id)),
  }));
}
