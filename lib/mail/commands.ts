import { randomUUID } from 'node:crypto';
import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { users } from '#db/schema/accounts';
import { mails } from '#db/schema/mail';
import { UpstreamError } from '#lib/errors';
import type { Sealer } from '#lib/secrets';
import type { Letter } from './letter.ts';
import type { MailTransport } from './transport.ts';

/** What a mail's text is sealed to: links in it are secrets while it waits. */
export const mailContext = (mailId: string) => `mail:${mailId}:body`;

/** Puts a letter into the outbox; it leaves, at least once, after the transaction around this has committed. */
export async function enqueueMail(on: Database, letter: Letter & { recipient: string }, sealer: Sealer) {
  const id = randomUUID();
  const { recipient, subject, body } = letter;
  await on.insert(mails).values({ id, recipient, subject, body: sealer.seal(body, mailContext(id)) });
}

/** Puts a letter to one of our people into the outbox. */
export async function enqueueMailTo(on: Database, { userId, ...letter }: Letter & { userId: string }, sealer: Sealer) {
  const [user] = await on.select({ recipient: users.email }).from(users).where(eq(users.id, userId));
  if (user) await enqueueMail(on, { ...letter, ...user }, sealer);
}

type Sending = { at: Date; transport: MailTransport; sealer: Sealer };

/** Sends every mail that is due, one after the other, and answers how many left. */
export async function sendDueMails(sending: Sending): Promise<number> {
  let sent = 0;
  for (;;) {
    const result = await sendNextMail(sending);
    if (result === 'none') return sent;
    if (result === 'sent') sent++;
  }
}

/** One mail in one transaction: a crash after the server took it repeats it with the same Message-ID. */
async function sendNextMail({ at, transport, sealer }: Sending): Promise<'none' | 'sent' | 'failed'> {
  return db.transaction(async (tx) => {
    const isDue = and(isNull(mails.sentAt), lte(mails.nextAttemptAt, at));
    const [mail] = await tx
      .select()
      .from(mails)
      .where(isDue)
      .orderBy(asc(mails.nextAttemptAt))
      .limit(1)
      .for('update', { skipLocked: true });
    if (!mail) return 'none';

    const problem = await handOver(transport, { ...mail, body: sealer.open(mail.body, mailContext(mail.id)) });
    const attempts = mail.attempts + 1;
    await tx
      .update(mails)
      .set(
        problem === null
          ? { sentAt: at, attempts, lastProblem: null, body: '' }
          : {
              attempts,
              lastProblem: problem,
              nextAttemptAt: sql`${at}::timestamptz + ${patience(attempts)}::interval`,
            },
      )
      .where(eq(mails.id, mail.id));
    return problem === null ? 'sent' : 'failed';
  });
}

/** Null when the mail server took it, else why it did not. */
async function handOver(transport: MailTransport, mail: Letter & { id: string; recipient: string }) {
  try {
    await transport.send(mail);
    return null;
  } catch (error) {
    if (error instanceof UpstreamError) return error.message;
    throw error;
  }
}

/** How long to wait after so many failures: one minute, doubling, at most six hours. */
function patience(attempts: number): string {
  return `${Math.min(2 ** (attempts - 1), 360)} minutes`;
}
