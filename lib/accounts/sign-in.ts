import { eq } from 'drizzle-orm';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { record } from '#lib/audit/commands';
import { done, type Outcome, refused } from '#lib/outcome';
import { createSession, markAuthenticated, type Visitor } from '#lib/sessions/commands';
import { mayTry } from './limits.ts';
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts';

/** Why somebody was not let in. */
export type SignInProblem = 'wrongPassword' | 'tooManyTries' | 'suspended';

type Given = { email: string; password: string; address: string; at: Date };

/** Opens a session for whoever knows the password of an account. */
export async function signIn(given: Given & Visitor): Promise<Outcome<{ sessionId: string }, SignInProblem>> {
  const checked = await checkPassword(given);
  if (!checked.ok) return checked;
  return done({ sessionId: await createSession(db, { ...given, userId: checked.value.userId }) });
}

/** Notes that whoever sits at a session has given the password again, before a change that a thief would make. */
export async function confirmPassword(given: Given & { sessionId: string }): Promise<Outcome<void, SignInProblem>> {
  const checked = await checkPassword(given);
  if (!checked.ok) return checked;
  await markAuthenticated(given);
  return done(undefined);
}

/** Known and unknown addresses take the same time and get the same answer; failures are on record. */
async function checkPassword(given: Given): Promise<Outcome<{ userId: string }, SignInProblem>> {
  const { email, password, address, at } = given;
  if (!(await mayTry('signIn', { account: email, address, at }))) return refused('tooManyTries');

  const [user] = await db.select().from(users).where(eq(users.email, email));
  if (!(await verifyPassword(password, user?.passwordHash ?? null))) {
    await recordFailure(user?.id ?? null, given);
    return refused('wrongPassword');
  }
  if (!user) return refused('wrongPassword');
  if (user.suspendedAt) return refused('suspended');
  if (isOutdated(user.passwordHash)) await renewHash(user.id, password);
  return done({ userId: user.id });
}

/** The typed address is not kept: people type passwords there. */
function recordFailure(userId: string | null, { address, at }: Given) {
  const objectId = userId ?? 'unknown';
  return record(db, { actorId: null, action: 'signInFailed', objectKind: 'user', objectId, address, at });
}

async function renewHash(userId: string, password: string) {
  await db
    .update(users)
    .set({ passwordHash: await hashPassword(password) })
    .where(eq(users.id, userId));
}
