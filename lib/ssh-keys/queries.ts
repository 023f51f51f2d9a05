import { desc, eq } from 'drizzle-orm';
import { db } from '#db/client';
import { sshKeys } from '#db/schema/accounts';

/** The public keys that a person keeps, newest first. */
export async function listSshKeys(userId: string) {
  const { id, name, publicKey, fingerprint, createdAt } = sshKeys;
  return db
    .select({ id, name, publicKey, fingerprint, createdAt })
    .from(sshKeys)
    .where(eq(sshKeys.userId, userId))
    .orderBy(desc(sshKeys.id));
}
