import { eq } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import { record } from '../audit/commands.ts';
import { addLot } from '../funding/commands.ts';
import { CURRENCY, personAccount } from '../ledger/accounts.ts';
import { lockAccounts, post } from '../ledger/post.ts';
import { type ManualCredit, manualCredit } from '../ledger/postings.ts';
import { DOLLAR, formatMoney } from '../money.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { issueReceipt } from '../papers/commands.ts';
import { settleDebt } from '../top-ups/books.ts';

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

    const posting = manualCredit(credit);
    await lockAccounts(tx, [...posting.lines.map(({ account }) => account), personAccount('receivable', userId)]);
    const { posted } = await post(tx, posting);
    if (!posted) return done(undefined);
    const detail = `${formatMoney(amount)}: ${reason}`;
    const entry = { actorId: adminId, action: 'walletCredited', objectKind: 'user', objectId: userId };
    await addLot(tx, { userId, source: 'manual', paymentId: null, amount, holdDays: 1, at });
    await settleDebt(tx, { userId, paymentId: null, key: posting.key, at });
    await record(tx, { ...entry, detail, address, at });
    await writeReceipt(tx, credit);
    return done(undefined);
  });
}

const providers = new Map([['manual', { name: 'direct payment to the broker' }]]);

async function writeReceipt(tx: Tx, { userId, amount, reason, key, at }: ManualCredit) {
  const received = { currency: CURRENCY, amount, decimals: 6 };
  const payment = { provider: 'manual', reference: reason, received, credited: amount, paidAt: at };
  await issueReceipt(tx, { ...payment, userId, paymentId: key, providers, at });
}
