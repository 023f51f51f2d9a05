import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import { db } from '#db/client';
import { sessions, users } from '#db/schema/accounts';

/** Who sits at a session that is in force. */
export type Member = {
  id: string;
  email: string;
  name: string;
  isAdmin: boolean;
  emailVerified: boolean;
  sessionId: string;
  authenticatedAt: Date;
  lastSeenAt: Date;
};

/** The person behind a session; null when it ended, ran out, or its user is suspended. */
export async function findSession(sessionId: string, at: Date): Promise<Member | null> {
  const inForce = and(isNull(sessions.endedAt), gt(sessions.expiresAt, at), isNull(users.suspendedAt));
  const [found] = await db
    .select({
      id: users.id,
      email: users.email,
      name: users.name,
      isAdmin: users.isAdmin,
      emailVerifiedAt: users.emailVerifiedAt,
      sessionId: sessions.id,
      authenticatedAt: sessions.authenticatedAt,
      lastSeenAt: sessions.lastSeenAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.id, sessionId), inForce));
  if (!found) return null;

  const { emailVerifiedAt, ...member } = found;
  return { ...member, emailVerified: emailVerifiedAt !== null };
}

/** A user's sessions in force, the one last used first. */
export async function listSessions(userId: string, at: Date) {
  return db
    .select({
      id: sessions.id,
      userAgent: sessions.userAgent,
      address: sessions.address,
      createdAt: sessions.createdAt,
      lastSeenAt: sessions.lastSeenAt,
    })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isNull(sessions.endedAt), gt(sessions.expiresAt, at)))
    .orderBy(desc(sessions.lastSeenAt));
}
