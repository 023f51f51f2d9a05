import type { Database } from '#db/client';
import { contracts } from '#db/schema/rentals';
import { contract } from './agreement.ts';

/** Keeps today's contract for good, before the first rental refers to it; keeping it again changes nothing. */
export async function keepContract(tx: Database, at: Date): Promise<void> {
  await tx
    .insert(contracts)
    .values({ ...contract, createdAt: at })
    .onConflictDoNothing();
}
