import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { eq } from 'drizzle-orm';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { db, pool } from '#db/client';
import { mails } from '#db/schema/mail';
import { createSealer } from '#lib/secrets';
import { atEveryStatement } from '../../db/testing/cuts.ts';
import { enqueueMail, sendDueMails } from './commands.ts';
import { listMails } from './queries.ts';
import { smtpTransport } from './transport.ts';

const sealer = createSealer(['a key of the tests that is long enough']);
const start = new Date('2026-01-01T12:00:00Z');
const after = (minutes: number) => new Date(start.getTime() + minutes * 60_000);

afterEach(async () => {
  await pool.query('truncate mails');
});

async function enqueue(recipient: string) {
  await enqueueMail(db, { recipient, subject: 'Hello', body: 'a secret link' }, sealer);
  await db.update(mails).set({ nextAttemptAt: start }).where(eq(mails.recipient, recipient));
}

/** A true mail server on a free port that keeps what it is given, or refuses it. */
async function mailServer({ refuses = false } = {}) {
  const received: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, answer) {
      let text = '';
      stream.on('data', (chunk) => {
        text += chunk;
      });
      stream.on('end', () => {
        if (!refuses) received.push(text);
        answer(refuses ? Object.assign(new Error('mailbox full'), { responseCode: 452 }) : null);
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    received,
    transport: smtpTransport(`smtp://127.0.0.1:${port}`, 'Broker <post@broker.example>'),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

test('a mail leaves once, with the id of its row as Message-ID, and its text is forgotten', async () => {
  await using server = await mailServer();
  await enqueue('renter@example.com');
  expect(await sendDueMails({ at: start, transport: server.transport, sealer })).toBe(1);
  expect(await sendDueMails({ at: after(60), transport: server.transport, sealer })).toBe(0);

  const [row] = await db.select().from(mails);
  expect(server.received).toHaveLength(1);
  expect(server.received[0]).toContain(`Message-ID: <${row?.id}@broker.example>`);
  expect(server.received[0]).toContain('a secret link');
  expect(row).toMatchObject({ sentAt: start, attempts: 1, body: '' });
});

test('a sender that is killed at any statement loses no mail, and one that it sent twice keeps its Message-ID', async () => {
  await using server = await mailServer();
  const send = () => sendDueMails({ at: start, transport: server.transport, sealer });
  const repeated = { most: 0 };
  const statements = await atEveryStatement({
    scene: async () => {
      server.received.length = 0;
      const recipient = `${randomUUID()}@example.com`;
      await enqueue(recipient);
      return recipient;
    },
    work: send,
    expectConverged: async (recipient) => {
      const [row] = await db.select().from(mails).where(eq(mails.recipient, recipient));
      expect(row?.sentAt).toEqual(start);
      const ids = server.received.map((text) => /^Message-ID: (.*)$/im.exec(text)?.[1]?.trim());
      expect(new Set(ids)).toEqual(new Set([`<${row?.id}@broker.example>`]));
      repeated.most = Math.max(repeated.most, ids.length);
    },
  });
  expect(statements).toBeGreaterThan(3);
  // Between the server's answer and the commit lies the one moment in which a mail cannot but be repeated.
  expect(repeated.most).toBe(2);
});

test('two senders at once send every mail exactly once', async () => {
  await using server = await mailServer();
  for (let n = 0; n < 20; n++) await enqueue(`renter${n}@example.com`);
  const sending = { at: start, transport: server.transport, sealer };
  const counts = await Promise.all([sendDueMails(sending), sendDueMails(sending)]);
  expect(counts[0] + counts[1]).toBe(20);
  expect(server.received).toHaveLength(20);
});

test('a mail that the server refuses waits longer and longer, and keeps its text and the reason', async () => {
  await using server = await mailServer({ refuses: true });
  await enqueue('full@example.com');
  const tryAt = (at: Date) => sendDueMails({ at, transport: server.transport, sealer });
  await tryAt(start);
  await tryAt(after(0.5));
  await tryAt(after(1));

  const [row] = await db.select().from(mails);
  expect(row).toMatchObject({ sentAt: null, attempts: 2, nextAttemptAt: after(3) });
  expect(row?.lastProblem).toContain('mailbox full');
  expect((await listMails(sealer))[0]?.body).toBe('a secret link');
});

test('the database holds no readable text of a mail that waits', async () => {
  await enqueue('renter@example.com');
  const { rows } = await pool.query('select m::text as dump from mails m');
  expect(rows[0].dump).not.toContain('secret link');
});
