import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { changes } from '#db/changes';
import { db, pool } from '#db/client';
import { users } from '#db/schema/accounts';
import { createSession, endOtherSessions, endSession, forgetOldSessions, touchSession } from './commands.ts';
import { findSession, listSessions } from './queries.ts';

const start = new Date('2026-01-01T12:00:00Z');
const days = (number: number) => new Date(start.getTime() + number * 24 * 3_600_000);

beforeEach(async () => {
  await pool.query('truncate sessions');
});

async function person(name: string): Promise<string> {
  const [user] = await db
    .insert(users)
    .values({ email: `${name}-${randomUUID()}@example.com`, name, passwordHash: '' })
    .returning();
  return user?.id ?? '';
}

const open = (userId: string, at = start) => createSession(db, { userId, address: '192.0.2.1', userAgent: 'x', at });

test('a session lasts thirty days from its last use', async () => {
  const sessionId = await open(await person('ada'));
  expect(await findSession(sessionId, days(29.9))).not.toBeNull();
  expect(await findSession(sessionId, days(30))).toBeNull();
  await touchSession({ sessionId, at: days(20) });
  expect(await findSession(sessionId, days(49.9))).not.toBeNull();
  expect(await findSession(sessionId, days(50))).toBeNull();
});

test('an ended session does not come to life again, whatever touches it', async () => {
  const userId = await person('ada');
  const sessionId = await open(userId);
  expect(await endSession({ sessionId, userId, at: days(1) })).toMatchObject({ ok: true });
  await touchSession({ sessionId, at: days(2) });
  expect(await findSession(sessionId, days(2))).toBeNull();
  expect(await endSession({ sessionId, userId, at: days(2) })).toEqual({ ok: false, reason: 'notFound' });
});

test('nobody ends the session of somebody else', async () => {
  const sessionId = await open(await person('ada'));
  const outcome = await endSession({ sessionId, userId: await person('mallory'), at: start });
  expect(outcome).toEqual({ ok: false, reason: 'notFound' });
  expect(await findSession(sessionId, start)).not.toBeNull();
});

test('ending the others leaves the session at hand', async () => {
  const userId = await person('ada');
  const sessionId = await open(userId);
  await open(userId);
  await open(userId);
  expect(await endOtherSessions({ sessionId, userId, at: start })).toBe(2);
  expect((await listSessions(userId, start)).map(({ id }) => id)).toEqual([sessionId]);
});

test('a suspended person has no session', async () => {
  const userId = await person('ada');
  const sessionId = await open(userId);
  await db.update(users).set({ suspendedAt: start }).where(eq(users.id, userId));
  expect(await findSession(sessionId, start)).toBeNull();
});

test('whoever listens hears at once that a session has ended', async () => {
  const userId = await person('ada');
  const sessionId = await open(userId);
  const heard = await new Promise<string>((resolve, reject) => {
    // The first call says that the listening connection stands.
    const seen = { calls: 0 };
    changes().subscribe('session', sessionId, (id) => {
      if (++seen.calls === 1) endSession({ sessionId, userId, at: start }).catch(reject);
      else resolve(id);
    });
  });
  await changes().close();
  expect(heard).toBe(sessionId);
});

test('sessions that are over for a quarter of a year are forgotten', async () => {
  const userId = await person('ada');
  await open(userId);
  const newer = await open(userId, days(60));
  await forgetOldSessions({ at: days(121) });
  const { rows } = await pool.query('select id from sessions');
  expect(rows).toEqual([{ id: newer }]);
});
