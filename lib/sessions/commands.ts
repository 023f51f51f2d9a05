import { and, eq, isNull, lt, ne, type SQL } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { sessions } from '#db/schema/accounts';
import { invariant } from '#lib/errors';
import { done, type Outcome, refused } from '#lib/outcome';

const DAY = 24 * 3_600_000;

/** A session ends by itself after 30 days without use. */
const until = (at: Date) => new Date(at.getTime() + 30 * DAY);

/** From where somebody signs in. */
export type Visitor = { address: string; userAgent: string };

/** Opens a session for somebody who has just given the right password, and answers its id. */
export async function createSession(on: Database, opened: Visitor & { userId: string; at: Date }): Promise<string> {
  const { userId, address, userAgent, at } = opened;
  const times = { createdAt: at, lastSeenAt: at, authenticatedAt: at, expiresAt: until(at) };
  const [session] = await on
    .insert(sessions)
    .values({ userId, address, userAgent: userAgent.slice(0, 300), ...times })
    .returning({ id: sessions.id });
  invariant(session, 'an inserted session comes back');
  return session.id;
}

/** Notes that a session is in use, which moves its end; callers do this at most once a minute. */
export async function touchSession({ sessionId, at }: { sessionId: string; at: Date }) {
  const stale = and(isNull(sessions.endedAt), lt(sessions.lastSeenAt, new Date(at.getTime() - 60_000)));
  await db
    .update(sessions)
    .set({ lastSeenAt: at, expiresAt: until(at) })
    .where(and(eq(sessions.id, sessionId), stale));
}

/** Notes that the person at this session has just given the password again. */
export async function markAuthenticated({ sessionId, at }: { sessionId: string; at: Date }) {
  await db.update(sessions).set({ authenticatedAt: at }).where(eq(sessions.id, sessionId));
}

/** Ends one of a user's own sessions, at once and everywhere. */
export async function endSession(asked: {
  sessionId: string;
  userId: string;
  at: Date;
}): Promise<Outcome<void, 'notFound'>> {
  const ended = await end(db, asked, eq(sessions.id, asked.sessionId));
  return ended > 0 ? done(undefined) : refused('notFound');
}

/** Ends all sessions of a user but the one at hand, and answers how many. */
export function endOtherSessions(asked: { sessionId: string; userId: string; at: Date }, on: Database = db) {
  return end(on, asked, ne(sessions.id, asked.sessionId));
}

/** Ends all sessions of a user. */
export function endAllSessions(on: Database, asked: { userId: string; at: Date }) {
  return end(on, asked);
}

/** Forgets sessions that ended or ran out a quarter of a year ago. */
export async function forgetOldSessions({ at }: { at: Date }) {
  await db.delete(sessions).where(lt(sessions.expiresAt, new Date(at.getTime() - 90 * DAY)));
}

async function end(on: Database, { userId, at }: { userId: string; at: Date }, which?: SQL): Promise<number> {
  const open = and(eq(sessions.userId, userId), isNull(sessions.endedAt), which);
  const { rowCount } = await on.update(sessions).set({ endedAt: at, expiresAt: at }).where(open);
  return rowCount ?? 0;
}
