import { randomBytes } from 'node:crypto';
import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import { devices } from '#db/schema/devices';
import { record } from '#lib/audit/commands';
import { isId } from '#lib/ids';
import { done, type Outcome, refused } from '#lib/outcome';
import { endRentalsOf } from '#lib/rentals/commands';
import { endAllSessions } from '#lib/sessions/commands';
import { issueMailToken } from './mail-tokens.ts';
import { hashPassword } from './passwords.ts';

/** An admin, where the admin sits, and the user it is about. */
type Administered = { userId: string; adminId: string; address: string | null; at: Date };

/** Why an admin cannot do this to a user. */
export type UserRefusal = 'notFound' | 'oneself';

/**
 * Makes the person with this address an admin, with a new account if there is none, and answers the token of a link
 * under which the new person chooses a password, once; null for somebody who has one.
 */
export async function createAdmin(asked: { email: string; name: string; at: Date }): Promise<string | null> {
  const { email, name, at } = asked;
  // Nobody knows this password: the link replaces it.
  const passwordHash = await hashPassword(randomBytes(32).toString('base64url'));
  return db.transaction(async (tx) => {
    const made = { email, name, passwordHash, isAdmin: true, emailVerifiedAt: at, createdAt: at };
    const [created] = await tx.insert(users).values(made).onConflictDoNothing().returning({ id: users.id });
    if (created) return issueMailToken(tx, { userId: created.id, purpose: 'resetPassword', at });
    await tx.update(users).set({ isAdmin: true }).where(eq(users.email, email));
    return null;
  });
}

/** Locks somebody out at once: sessions, rentals on both sides and offers end. Repeating it finishes what was cut short. */
export async function suspendUser(asked: Administered & { reason: string }): Promise<Outcome<void, UserRefusal>> {
  const { userId, at } = asked;
  const outcome = await onOtherUser(asked, async (tx) => {
    const active = and(eq(users.id, userId), isNull(users.suspendedAt));
    const { rowCount } = await tx.update(users).set({ suspendedAt: at }).where(active);
    await endAllSessions(tx, { userId, at });
    if (rowCount) await audit(tx, asked, 'userSuspended', asked.reason);
    await tellDevices(tx, userId);
  });
  if (outcome.ok) await endRentalsOf(asked);
  return outcome;
}

/** Lets a suspended person in again; what was ended stays ended. */
export function unsuspendUser(asked: Administered): Promise<Outcome<void, UserRefusal>> {
  return onOtherUser(asked, async (tx) => {
    await tx.update(users).set({ suspendedAt: null }).where(eq(users.id, asked.userId));
    await tellDevices(tx, asked.userId);
    await audit(tx, asked, 'userUnsuspended');
  });
}

/** Makes somebody an admin, or takes that back. */
export function setAdmin(asked: Administered & { isAdmin: boolean }): Promise<Outcome<void, UserRefusal>> {
  const { userId, isAdmin } = asked;
  return onOtherUser(asked, async (tx) => {
    const other = and(eq(users.id, userId), ne(users.isAdmin, isAdmin));
    const { rowCount } = await tx.update(users).set({ isAdmin }).where(other);
    if (rowCount) await audit(tx, asked, isAdmin ? 'adminGranted' : 'adminRevoked');
  });
}

/** Admins do nothing to themselves: the last of them could lock all of them out. */
async function onOtherUser(
  { userId, adminId }: Administered,
  work: (tx: Tx) => Promise<void>,
): Promise<Outcome<void, UserRefusal>> {
  if (userId === adminId) return refused('oneself');
  if (!isId(userId)) return refused('notFound');
  return db.transaction(async (tx) => {
    const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update');
    if (!user) return refused('notFound');
    await work(tx);
    return done(undefined);
  });
}

/** Whether a device's owner is suspended decides what the relay and the market do with it. */
async function tellDevices(tx: Tx, ownerId: string) {
  await tx.execute(sql`select pg_notify('device', ${devices.id}::text) from ${devices} where owner_id = ${ownerId}`);
}

function audit(tx: Tx, { userId, adminId, address, at }: Administered, action: string, detail?: string) {
  const about = { actorId: adminId, objectKind: 'user', objectId: userId, address, at };
  return record(tx, { ...about, action, detail: detail ?? null });
}
