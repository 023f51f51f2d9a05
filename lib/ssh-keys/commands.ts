import { and, count, eq } from 'drizzle-orm';
import { db } from '#db/client';
import { sshKeys, users } from '#db/schema/accounts';
import { type Guarded, guardChange } from '#lib/accounts/commands';
import { isId } from '#lib/ids';
import { done, type Outcome, refused } from '#lib/outcome';
import { type KeyProblem, readPublicKey } from './public-keys.ts';

/** How many keys a person may keep; each is installed in each of that person's environments. */
export const MOST_KEYS = 50;

/** Keeps a public key, which rentals that begin from now on let in. */
export async function addSshKey(
  request: Guarded & { name: string; publicKey: string },
): Promise<Outcome<{ fingerprint: string }, KeyProblem | 'known' | 'tooMany'>> {
  const { userId, at } = request;
  const key = readPublicKey(request.publicKey);
  if (!key.ok) return key;

  const { line, fingerprint, comment } = key.value;
  const name = request.name.trim() || comment.slice(0, 60) || line.split(' ')[0] || '';
  return db.transaction(async (tx) => {
    // The person's row makes two additions at once count after one another.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update');
    const [kept] = await tx.select({ number: count() }).from(sshKeys).where(eq(sshKeys.userId, userId));
    if (kept && kept.number >= MOST_KEYS) return refused('tooMany');
    const row = { userId, name, publicKey: line, fingerprint, createdAt: at };
    const added = await tx.insert(sshKeys).values(row).onConflictDoNothing().returning({ id: sshKeys.id });
    if (added.length === 0) return refused('known');
    await guardChange(tx, { ...request, change: 'An SSH key was added' });
    return done({ fingerprint });
  });
}

/** Forgets a public key; running rentals keep what they were given. */
export async function removeSshKey(request: Guarded & { keyId: string }): Promise<Outcome<void, 'notFound'>> {
  const { keyId, userId } = request;
  if (!isId(keyId)) return refused('notFound');
  const own = and(eq(sshKeys.id, keyId), eq(sshKeys.userId, userId));
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.delete(sshKeys).where(own);
    if (!rowCount) return refused('notFound');
    await guardChange(tx, { ...request, change: 'An SSH key was removed' });
    return done(undefined);
  });
}
