import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { disputes, payments, unapplied } from '#db/schema/payments';
import { takeBackPending } from '../earnings/commands.ts';
import { invariant } from '../errors.ts';
import { addLot, freezeLot, getLotId, type Lot, returnToLots, takeFromLots } from '../funding/commands.ts';
import { personAccount } from '../ledger/accounts.ts';
import { readDebt, readWallet } from '../ledger/balances.ts';
import { lockAccounts, post } from '../ledger/post.ts';
import type { Posting, Sending } from '../ledger/postings.ts';
import { lesser } from '../money.ts';
import { issueReceipt } from '../papers/commands.ts';
import type { Dispute, Money, Payment, PaymentProvider } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { followRefund } from '../refunds/follow.ts';
import { unappliedReceived } from '../unapplied/postings.ts';
import { readLoss } from './contests.ts';
import { holdDaysOf } from './hold-days.ts';
import type { KnownPayment, TopUpStep } from './plan.ts';
import * as postings from './postings.ts';
import type { TopUp } from './sync.ts';

/** What carrying out a step needs; every account that it may touch is locked already. */
export type Doing = { treasury: Treasury; provider: PaymentProvider; topUp: TopUp; at: Date };

/** Does one step of `planTopUp`, in the books and in our tables. */
export async function carryOut(tx: Tx, doing: Doing, step: TopUpStep): Promise<void> {
  switch (step.step) {
    case 'credit':
      return credit(tx, doing, step);
    case 'reverse':
      return reverse(tx, doing, step.known);
    case 'learnFee':
      return learnFee(tx, doing, step);
    case 'followRefund':
      return followRefund(tx, doing, step.refund);
    case 'openDispute':
      return openDispute(tx, doing, step.dispute);
    case 'closeDispute':
      return closeDispute(tx, doing, step.dispute);
    case 'setAside':
      return setAside(tx, doing, step);
  }
}

type Credit = { payment: Payment; credited: bigint; again: KnownPayment | null };

async function credit(tx: Tx, doing: Doing, { payment, credited, again }: Credit) {
  const { provider, topUp, at } = doing;
  const { id: topUpId, userId } = topUp;
  const row = {
    topUpId,
    reference: payment.id,
    currency: payment.received.currency,
    received: payment.received.amount,
  };
  const [stored] = await tx
    .insert(payments)
    .values({ ...row, credited, at: payment.at })
    .onConflictDoUpdate({
      target: [payments.topUpId, payments.reference],
      set: { reversedAt: null, round: sql`${payments.round} + 1` },
    })
    .returning();
  invariant(stored, 'an insert answers its row');

  const arrival = { paymentId: stored.id, topUpId, userId, provider: provider.id, received: payment.received };
  await post(tx, postings.topUpCredited({ ...arrival, credited, round: stored.round, at }));
  if (again) await returnToLots(tx, { userId, paymentId: stored.id, amount: credited }, at);
  else {
    const holdDays = await holdDaysOf(tx, { userId, provider, at });
    await addLot(tx, { userId, source: provider.id, paymentId: stored.id, amount: credited, holdDays, at });
  }
  await settleDebt(tx, { userId, paymentId: stored.id, key: `topUp:${stored.id}:credit:${stored.round}`, at });
  await writeReceipt(tx, doing, stored);
}

async function writeReceipt(tx: Tx, { treasury, provider, topUp, at }: Doing, payment: typeof payments.$inferSelect) {
  const { id: paymentId, reference, currency, received: amount, credited, at: paidAt } = payment;
  const { providers, chains } = treasury;
  const decimals = chains.get(provider.id)?.decimals ?? 6; // all else is micro-dollars
  const received = { currency, amount, decimals };
  const about = { provider: provider.id, reference, received, credited, paidAt };
  await issueReceipt(tx, { ...about, userId: topUp.userId, paymentId, providers, at });
}

/** Books what an admin credits, and pays first from it what the person owes; false when it was booked before. */
export async function creditByHand(tx: Tx, posting: Posting, lot: Omit<Lot, 'paymentId' | 'at'>): Promise<boolean> {
  const { key, at, lines } = posting;
  const { userId } = lot;
  await lockAccounts(tx, [...lines.map(({ account }) => account), personAccount('receivable', userId)]);
  const { posted } = await post(tx, posting);
  if (!posted) return false;
  await addLot(tx, { ...lot, paymentId: null, at });
  await settleDebt(tx, { userId, paymentId: null, key, at });
  return true;
}

/** What a person owes for money that was taken back is paid first, by what has just come in. */
export async function settleDebt(
  tx: Tx,
  debt: { userId: string; paymentId: string | null; key: string; at: Date },
): Promise<void> {
  const { userId, paymentId } = debt;
  const { balance } = await readWallet(tx, userId, debt.at);
  const amount = lesser(await readDebt(tx, userId), balance);
  if (amount === 0n) return;
  await post(tx, postings.debtSettled({ ...debt, amount }));
  await takeFromLots(tx, { userId, paymentId, amount });
}

async function reverse(tx: Tx, { provider, topUp, at }: Doing, known: KnownPayment) {
  const { userId, id: topUpId } = topUp;
  const { id: paymentId, received, credited, round } = known;
  const fromWallet = await takeFromWallet(tx, { userId, paymentId, amount: credited, at });
  const arrival = { paymentId, topUpId, userId, provider: provider.id, received, credited, round };
  await post(tx, postings.topUpReversed({ ...arrival, fromWallet, at }));
  await tx.update(payments).set({ reversedAt: at }).where(eq(payments.id, paymentId));
}

/** How much of `amount` the wallet still has, beyond what rentals have used; that much leaves its lots. */
export async function takeFromWallet(
  tx: Tx,
  { userId, paymentId, amount, at }: { userId: string; paymentId: string; amount: bigint; at: Date },
): Promise<bigint> {
  const { spendable } = await readWallet(tx, userId, at);
  const taken = lesser(amount, spendable > 0n ? spendable : 0n);
  await takeFromLots(tx, { userId, paymentId, amount: taken });
  return taken;
}

async function learnFee(tx: Tx, { provider, topUp, at }: Doing, { reference, fee }: { reference: string; fee: Money }) {
  const payment = await findPayment(tx, topUp, reference);
  if (!payment || payment.fee !== null) return;
  await tx.update(payments).set({ fee: fee.amount }).where(eq(payments.id, payment.id));
  if (fee.amount > 0n)
    await post(tx, postings.providerFee({ paymentId: payment.id, provider: provider.id, ...fee, at }));
}

async function openDispute(tx: Tx, { provider, topUp, at }: Doing, dispute: Dispute) {
  const payment = await findPayment(tx, topUp, dispute.paymentId);
  if (!payment) return;
  const { userId } = topUp;
  const { id: reference, amount, fee } = dispute;
  const fromWallet = await takeFromWallet(tx, { userId, paymentId: payment.id, amount: amount.amount, at });
  const [opened] = await tx
    .insert(disputes)
    .values({
      paymentId: payment.id,
      reference,
      state: 'open',
      amount: amount.amount,
      fee: fee.amount,
      fromWallet,
      openedAt: dispute.at,
    })
    .returning({ id: disputes.id });
  invariant(opened, 'an insert answers its row');
  await freezeLot(tx, payment.id, true);
  const sending = { id: opened.id, userId, provider: provider.id, amount: amount.amount, at };
  await post(tx, postings.disputeOpened({ ...sending, fromWallet, fee: fee.amount }));
}

async function closeDispute(tx: Tx, doing: Doing, { id: reference, paymentId, state }: Dispute) {
  const { provider, topUp, at } = doing;
  const payment = await findPayment(tx, topUp, paymentId);
  const [open] = await tx
    .select()
    .from(disputes)
    .where(and(eq(disputes.paymentId, payment?.id ?? topUp.id), eq(disputes.reference, reference)));
  if (!payment || !open || open.state === 'won' || open.state === state) return;

  await tx
    .update(disputes)
    .set({ state: state === 'won' ? 'won' : 'lost', closedAt: at })
    .where(eq(disputes.id, open.id));
  await freezeLot(tx, payment.id, false);
  const sending = { id: open.id, userId: topUp.userId, provider: provider.id, amount: open.amount, at };
  if (open.state === 'lost') return winLate(tx, sending, payment.id);
  if (state === 'won') return winDispute(tx, sending, payment.id);
  return loseDispute(tx, sending, payment.id, open.amount - open.fromWallet);
}

async function loseDispute(tx: Tx, sending: Sending, paymentId: string, missing: bigint) {
  const { id, userId, at } = sending;
  await settleDebt(tx, { userId, paymentId, key: `dispute:${id}:lost`, at });
  const written = lesser(missing, await readDebt(tx, userId));
  // The wallet had all of it, and nothing is left for anybody to bear.
  if (written === 0n) return;
  const lotId = await getLotId(tx, paymentId);
  const clawedBack = await takeBackPending(tx, { lotId, amount: written });
  await post(tx, postings.disputeLost({ ...sending, written, clawedBack }));
}

async function winLate(tx: Tx, sending: Sending, paymentId: string) {
  const { id, userId, at } = sending;
  const loss = await readLoss(tx, id);
  await post(tx, postings.disputeWonLate({ ...sending, ...loss }));
  await returnToLots(tx, { userId, paymentId, amount: sending.amount - loss.written }, at);
  await settleDebt(tx, { userId, paymentId, key: `dispute:${id}:wonLate`, at });
}

async function winDispute(tx: Tx, sending: Sending, paymentId: string) {
  const { userId, amount, at } = sending;
  const toReceivable = lesser(amount, await readDebt(tx, userId));
  await post(tx, postings.disputeWon({ ...sending, toReceivable }));
  await returnToLots(tx, { userId, paymentId, amount: amount - toReceivable }, at);
}

async function setAside(
  tx: Tx,
  { provider, at }: Doing,
  { reference, money, reason }: { reference: string; money: Money | null; reason: string },
) {
  const [found] = await tx
    .insert(unapplied)
    .values({ provider: provider.id, reference, ...money, reason, at })
    .onConflictDoNothing()
    .returning({ id: unapplied.id });
  if (!found || !money) return;
  await post(tx, unappliedReceived({ id: found.id, provider: provider.id, money, at }));
}

async function findPayment(tx: Tx, { id }: TopUp, reference: string) {
  const [payment] = await tx
    .select()
    .from(payments)
    .where(and(eq(payments.topUpId, id), eq(payments.reference, reference)));
  return payment;
}
