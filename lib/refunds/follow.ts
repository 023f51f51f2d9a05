import { and, desc, eq, inArray, or, sql } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { payments, refunds } from '#db/schema/payments';
import { invariant } from '../errors.ts';
import { returnToLots } from '../funding/commands.ts';
import { post } from '../ledger/post.ts';
import type { Sending } from '../ledger/postings.ts';
import type { Money, Refund } from '../payments/provider.ts';
import { type Doing, settleDebt, takeFromWallet } from '../top-ups/books.ts';
import { nextRefundState, type RefundEvent, type RefundState } from './lifecycle.ts';
import { refundFailed, refundFound, refundSent } from './postings.ts';

/** A refund as stored. */
export type StoredRefund = typeof refunds.$inferSelect;

/** Our key for a refund at its provider. */
export const refundKey = (refundId: string) => `refund:${refundId}`;

const events = { pending: 'accepted', succeeded: 'settled', failed: 'refused' } as const;

/** Makes the books say what a provider says of one refund, ours or one that somebody made at the provider. */
export async function followRefund(tx: Tx, doing: Doing, refund: Refund): Promise<void> {
  const [payment] = await tx
    .select()
    .from(payments)
    .where(and(eq(payments.topUpId, doing.topUp.id), eq(payments.reference, refund.paymentId)));
  if (!payment) return;
  const byKey = refund.key?.startsWith('refund:') ? eq(refunds.id, refund.key.slice('refund:'.length)) : undefined;
  const [known] = await tx
    .select()
    .from(refunds)
    .where(and(eq(refunds.paymentId, payment.id), or(eq(refunds.reference, refund.id), byKey)));
  const problem = refund.state === 'failed' ? refund.reason : undefined;
  if (known) {
    const event = events[refund.state];
    await moveRefund(tx, doing, { refund: known, event, told: refund, ...(problem && { problem }) });
  }
  if (known || refund.state === 'failed') return;
  await makeRoom(tx, doing, payment, refund.amount.amount);
  await noteFound(tx, doing, payment.id, refund);
}

/**
 * What was sent back at the provider cannot be sent back by us: our refunds that nobody has begun give way to it, and
 * then those whose call was not answered. That there is no room for them either proves that they were not carried out.
 */
async function makeRoom(tx: Tx, doing: Doing, payment: typeof payments.$inferSelect, amount: bigint) {
  const waiting = await tx
    .select()
    .from(refunds)
    .where(and(eq(refunds.paymentId, payment.id), inArray(refunds.state, ['requested', 'submitting', 'unknown'])))
    .orderBy(refunds.state, desc(refunds.createdAt))
    .for('update');
  const problem = `It was sent back at ${doing.provider.name} already.`;
  let room = payment.credited - payment.refunded;
  for (const refund of waiting) {
    if (room >= amount) return;
    const event = refund.state === 'requested' ? 'declined' : 'refused';
    await moveRefund(tx, doing, { refund, event, problem });
    room += refund.amount;
  }
}

async function noteFound(tx: Tx, { provider, topUp, at }: Doing, paymentId: string, refund: Refund) {
  const { userId } = topUp;
  const { amount } = refund.amount;
  const fromWallet = await takeFromWallet(tx, { userId, paymentId, amount, at });
  const [found] = await tx
    .insert(refunds)
    .values({ paymentId, amount, state: 'succeeded', reference: refund.id, reason: `made at ${provider.name}` })
    .returning({ id: refunds.id });
  invariant(found, 'an insert answers its row');
  await changeRefunded(tx, paymentId, amount);
  await post(tx, refundFound({ id: found.id, userId, provider: provider.id, amount, fromWallet, at }));
}

type Move = {
  refund: StoredRefund;
  event: RefundEvent;
  told?: Pick<Refund, 'id'>;
  /** What left the account, where an admin sent it by hand in another currency. */
  units?: Money;
  checkAt?: Date;
  problem?: string;
};

/**
 * Moves a refund of ours on, with what that means for the wallet, and answers where it is then. An event that says
 * nothing new changes nothing.
 */
export async function moveRefund(tx: Tx, { provider, topUp, at }: Doing, move: Move): Promise<RefundState> {
  const { refund, event, told } = move;
  const next = nextRefundState(refund.state, event);
  if (!next) return refund.state;
  // What its provider still works on is asked about until it is over.
  const checkAt = move.checkAt ?? (next === 'pending' ? at : null);
  await tx
    .update(refunds)
    .set({
      state: next,
      stateSince: at,
      reference: told?.id ?? refund.reference,
      checkAt,
      problem: move.problem ?? null,
    })
    .where(eq(refunds.id, refund.id));

  const { id, amount, paymentId } = refund;
  const sending: Sending = { id, userId: topUp.userId, provider: provider.id, amount, at };
  if (next === 'succeeded') await post(tx, refundSent({ ...sending, units: move.units ?? null }));
  if (next !== 'failed') return next;
  await post(tx, refundFailed({ ...sending, wasSent: refund.state === 'succeeded' }));
  await changeRefunded(tx, paymentId, -amount);
  const { userId } = topUp;
  await returnToLots(tx, { userId, paymentId, amount }, at);
  await settleDebt(tx, { userId, paymentId, key: `refund:${id}:failed`, at });
  return next;
}

/** Counts what of a payment is on its way back or gone. */
export async function changeRefunded(tx: Tx, paymentId: string, change: bigint): Promise<void> {
  const refunded = sql`${payments.refunded} + ${change}`;
  await tx.update(payments).set({ refunded }).where(eq(payments.id, paymentId));
}
