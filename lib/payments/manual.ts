import { eq } from 'drizzle-orm';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { record } from '../audit/commands.ts';
import { addLot } from '../funding/commands.ts';
import { post } from '../ledger/post.ts';
import { type ManualCredit, manualCredit } from '../ledger/postings.ts';
import { DOLLAR, formatMoney } from '../money.ts';
import { done, type Outcome, refused } from '../outcome.ts';

/** The most that one credit by hand may be: a slip of a key should not make a millionaire. */
export const largestCredit = 100_000n * DOLLAR;

/**
 * Credits a wallet with money that an admin received by hand, and writes down who did and why. The same `key` again,
 * as from a form sent twice, changes nothing.
 */
export async function creditWallet(
  credit: ManualCredit & { address: string },
): Promise<Outcome<void, 'notFound' | 'amountOutOfRange' | 'reasonMissing'>> {
  const { userId, amount, reason, adminId, at, address } = credit;
  if (amount <= 0n || amount > largestCredit) return refused('amountOutOfRange');
  if (reason.trim() === '') return refused('reasonMissing');

  return db.transaction(async (tx) => {
    const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId));
    if (!user) return refused('notFound');

    const { posted } = await post(tx, manualCredit(credit));
    const detail = `${formatMoney(amount)}: ${reason}`;
    const entry = { actorId: adminId, action: 'walletCredited', objectKind: 'user', objectId: userId };
    if (!posted) return done(undefined);
    await addLot(tx, { userId, source: 'manual', paymentId: null, amount, holdDays: 1, at });
    await record(tx, { ...entry, detail, address, at });
    return done(undefined);
  });
}
