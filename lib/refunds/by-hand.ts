import { and, desc, eq, isNotNull, notInArray, or } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import { payments, refunds, topUps } from '#db/schema/payments';
import { record } from '../audit/commands.ts';
import { CURRENCY } from '../ledger/accounts.ts';
import { lockAccounts } from '../ledger/post.ts';
import { formatMoney } from '../money.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import type { Treasury } from '../payments/registry.ts';
import { booksOf } from './commands.ts';
import { moveRefund } from './follow.ts';
import { openRefundStates } from './lifecycle.ts';

/** A refund that an admin has to send, since its provider cannot, or may decline, since its provider has not. */
export type RefundByHand = {
  id: string;
  userId: string;
  email: string;
  provider: string;
  amount: bigint;
  destination: string | null;
  state: (typeof refunds.$inferSelect)['state'];
  reason: string;
  problem: string | null;
  reference: string | null;
  createdAt: Date;
};

/** Refunds that admins send by hand or that a provider has not carried out, those that are not over first. */
export async function listRefundsByHand(limit = 100): Promise<RefundByHand[]> {
  const { id, amount, destination, state, reason, problem, reference, createdAt } = refunds;
  const { userId, provider } = topUps;
  return db
    .select({
      id,
      amount,
      destination,
      state,
      reason,
      problem,
      reference,
      createdAt,
      userId,
      provider,
      email: users.email,
    })
    .from(refunds)
    .innerJoin(payments, eq(payments.id, refunds.paymentId))
    .innerJoin(topUps, eq(topUps.id, payments.topUpId))
    .innerJoin(users, eq(users.id, topUps.userId))
    .where(or(isNotNull(destination), isNotNull(problem)))
    .orderBy(notInArray(state, openRefundStates), desc(createdAt))
    .limit(limit);
}

/** Who decides about a refund that is sent by hand. */
type Deciding = { refundId: string; adminId: string; address: string; at: Date };

/**
 * Notes that an admin has sent a refund: `reference` is the transaction, `units` what left the account in its currency
 * (null where that is USD). Saying so twice changes nothing.
 */
export async function settleByHand(
  treasury: Treasury,
  { reference, units, ...deciding }: Deciding & { reference: string; units: bigint | null },
): Promise<Outcome<void, 'notFound' | 'referenceMissing' | 'unitsMissing'>> {
  if (reference.trim() === '') return refused('referenceMissing');
  return decide(treasury, deciding, async (tx, { refund, provider, move }) => {
    if (refund.destination === null) return refused('notFound');
    const foreign = provider.currency !== CURRENCY;
    if (foreign && (units === null || units <= 0n)) return refused('unitsMissing');
    const money = foreign && units !== null ? { units: { currency: provider.currency, amount: units } } : {};
    await move({ event: 'sentByHand', told: { id: reference.trim() }, ...money });
    await note(tx, deciding, 'refundSent', `${formatMoney(refund.amount)}: ${reference.trim()}`);
    return done(undefined);
  });
}

/** Notes that a refund cannot be sent, and why; the person has the money in the wallet again. */
export async function declineByHand(
  treasury: Treasury,
  { problem, ...deciding }: Deciding & { problem: string },
): Promise<Outcome<void, 'notFound' | 'reasonMissing'>> {
  if (problem.trim() === '') return refused('reasonMissing');
  return decide(treasury, deciding, async (tx, { refund, move }) => {
    await move({ event: 'declined', problem: problem.trim() });
    await note(tx, deciding, 'refundDeclined', `${formatMoney(refund.amount)}: ${problem.trim()}`);
    return done(undefined);
  });
}

type Found = Awaited<ReturnType<typeof find>>;
type Decision = NonNullable<Found> & {
  move(move: Omit<Parameters<typeof moveRefund>[2], 'refund'>): ReturnType<typeof moveRefund>;
};

async function decide<Reason extends string>(
  treasury: Treasury,
  { refundId, at }: Deciding,
  work: (tx: Tx, decision: Decision) => Promise<Outcome<void, Reason>>,
): Promise<Outcome<void, Reason | 'notFound'>> {
  return db.transaction(async (tx) => {
    const found = await find(tx, treasury, refundId);
    if (!found) return refused('notFound');
    const { refund, topUp, provider } = found;
    await lockAccounts(tx, booksOf(topUp, provider));
    const doing = { treasury, provider, topUp, at };
    return work(tx, { ...found, move: (move) => moveRefund(tx, doing, { ...move, refund }) });
  });
}

/** Only what is neither sent, declined nor on its way. Locked from the top-up downwards, as by those who follow it. */
async function find(tx: Tx, { providers }: Treasury, refundId: string) {
  const [found] = await tx
    .select({ refund: refunds, topUp: topUps })
    .from(topUps)
    .innerJoin(payments, eq(payments.topUpId, topUps.id))
    .innerJoin(refunds, eq(refunds.paymentId, payments.id))
    .where(and(eq(refunds.id, refundId), eq(refunds.state, 'requested')))
    .for('update');
  const provider = found && providers.get(found.topUp.provider);
  return found && provider ? { ...found, provider } : null;
}

async function note(tx: Tx, { refundId, adminId, address, at }: Deciding, action: string, detail: string) {
  await record(tx, { actorId: adminId, action, objectKind: 'refund', objectId: refundId, detail, address, at });
}
