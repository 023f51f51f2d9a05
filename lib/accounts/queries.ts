import { count, desc, eq, ilike, or } from 'drizzle-orm';
import { db } from '#db/client';
import { containing } from '#db/like';
import { users } from '#db/schema/accounts';
import { devices } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { rentals } from '#db/schema/rentals';
import { isId } from '#lib/ids';

/** How many users a page of the list shows. */
export const USERS_PAGE = 50;

const { id, email, name, isAdmin, emailVerifiedAt, suspendedAt, createdAt } = users;
const shown = { id, email, name, isAdmin, emailVerifiedAt, suspendedAt, createdAt };

/** A user as admins see one. */
export type User = NonNullable<Awaited<ReturnType<typeof findUser>>>;

/** A user for an admin; null when there is none. */
export async function findUser(userId: string) {
  if (!isId(userId)) return null;
  const [user] = await db.select(shown).from(users).where(eq(id, userId));
  return user ?? null;
}

/** Every user for an admin, newest first, by a part of name or address, or by id. */
export async function listUsers({ search = '', page = 1 }: { search?: string; page?: number }) {
  const part = containing(search);
  const named = or(ilike(name, part), ilike(email, part));
  const matches = isId(search) ? eq(id, search) : search ? named : undefined;
  const [found, [counted]] = await Promise.all([
    db
      .select(shown)
      .from(users)
      .where(matches)
      .orderBy(desc(id))
      .limit(USERS_PAGE)
      .offset((page - 1) * USERS_PAGE),
    db.select({ total: count() }).from(users).where(matches),
  ]);
  return { users: found, total: counted?.total ?? 0 };
}

/** How much there is of everything, for the first page of the admins. */
export async function getBrokerCounts() {
  const [people, offered, rented, relaysSeen] = await Promise.all([
    db.select({ all: count(), suspended: count(users.suspendedAt) }).from(users),
    db.select({ state: devices.state, number: count() }).from(devices).groupBy(devices.state),
    db.select({ state: rentals.state, number: count() }).from(rentals).groupBy(rentals.state),
    db.select({ name: relays.name, host: relays.host, seenAt: relays.seenAt }).from(relays).orderBy(relays.name),
  ]);
  return { people: people[0] ?? { all: 0, suspended: 0 }, devices: offered, rentals: rented, relays: relaysSeen };
}
