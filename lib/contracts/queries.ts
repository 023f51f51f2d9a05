import { eq } from 'drizzle-orm';
import { db } from '#db/client';
import { contracts } from '#db/schema/rentals';
import { contract } from './agreement.ts';

/** The text behind a fingerprint: today's contract, or one that an older rental was agreed under; null when unknown. */
export async function findContract(hash: string): Promise<{ version: string; body: string; hash: string } | null> {
  if (hash === contract.hash) return contract;
  const { version, body } = contracts;
  const [found] = await db
    .select({ version, body, hash: contracts.hash })
    .from(contracts)
    .where(eq(contracts.hash, hash));
  return found ?? null;
}
