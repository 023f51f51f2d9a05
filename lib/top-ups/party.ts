import { eq } from 'drizzle-orm';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { invariant } from '../errors.ts';
import type { Party } from '../payments/provider.ts';

/** A person, as far as a provider may know them. */
export async function partyOf(userId: string): Promise<Party> {
  const { id, email, name } = users;
  const [party] = await db.select({ id, email, name }).from(users).where(eq(users.id, userId));
  invariant(party, 'a top-up has a person');
  return party;
}
