import { eq } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import { record } from '../audit/commands.ts';
import { CURRENCY } from '../ledger/accounts.ts';
import { type ManualCredit, manualCredit } from '../ledger/postings.ts';
import { DOLLAR, formatMoney } from '../money.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { issueReceipt } from '../papers/commands.ts';
import { creditByHand } from '../top-ups/books.ts';

/** The most that one credit by hand may be: a slip of a key should not make a millionaire. */
export const largestCredit = 100_000n * DOLLAR;

/**
 * Credits a wallet with money that an admin received by hand, with a receipt, and writes down who did and why. The same
 * `key` again, as from a form sent twice, changes nothing.
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

    const lot = { userId, source: 'manual', amount, holdDays: 1 };
    if (!(await creditByHand(tx, manualCredit(credit), lot))) return done(undefined);
    const detail = `${formatMoney(amount)}: ${reason}`;
    const entry = { actorId: adminId, action: 'walletCredited', objectKind: 'user', objectId: userId };
    await record(tx, { ...entry, detail, address, at });
    await writeReceipt(tx, credit);
    return done(undefined);
  });
}

const providers = new Map([['manual', { name: 'direct payment to the broker' }]]);

async function writeReceipt(tx: Tx, { userId, amount, reason, key, at }: ManualCredit) {
  const received = { currency: CURRENCY, amount, decimals: 6 };
  const payment = {
    provider: 'manual',
    reference: reason,
    referenceLabel: 'For',
    received,
    credited: amount,
    paidAt: at,
  };
  await issueReceipt(tx, { ...payment, userId, paymentId: key, providers, at });
}
