import { and, eq, inArray, lte } from 'drizzle-orm';
import { type Database, db, type Tx } from '#db/client';
import { payments, refunds, topUps } from '#db/schema/payments';
import { invariant } from '../errors.ts';
import { allotSpending, getUnspent, takeFromLots } from '../funding/commands.ts';
import {
  type AccountName,
  brokerAccount,
  CURRENCY,
  personAccount,
  providerAccount,
  walletOf,
} from '../ledger/accounts.ts';
import { readWallet } from '../ledger/balances.ts';
import { lockAccounts, post } from '../ledger/post.ts';
import { postUsageOfRenter } from '../metering/commands.ts';
import { lesser } from '../money.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { CENT, floorToCents } from '../payments/cents.ts';
import { PaymentError, type PaymentProvider } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { inTurn } from '../process/each.ts';
import type { Doing } from '../top-ups/books.ts';
import { patienceMs, syncTopUp, type TopUp } from '../top-ups/sync.ts';
import { changeRefunded, followRefund, moveRefund, refundKey, type StoredRefund } from './follow.ts';
import { openRefundStates } from './lifecycle.ts';
import { refundReserved } from './postings.ts';

/** Who wants how much of which payment back; `userId` is whose payment it must be. */
export type RefundRequest = {
  paymentId: string;
  userId: string;
  amount: bigint;
  requestedBy: string;
  reason: string;
  /** Where to, as the person typed it, of providers that cannot send back by themselves. */
  destination?: string;
  at: Date;
};

/**
 * Sends the unspent part of a payment, or some of it, back to where it came from. The money leaves the wallet at once;
 * `sendDueRefunds` carries it out, or an admin where the provider cannot.
 */
export async function requestRefund(
  { providers }: Treasury,
  request: RefundRequest,
): Promise<
  Outcome<
    { refundId: string },
    'notFound' | 'notRefundable' | 'contested' | 'notEnoughLeft' | 'amountOutOfRange' | 'notADestination'
  >
> {
  const { paymentId, userId, amount, requestedBy, reason, at } = request;
  if (amount < CENT || amount % CENT !== 0n) return refused('amountOutOfRange');
  if (!(await isOwnPayment(paymentId, userId))) return refused('notFound');
  await postUsageOfRenter({ renterId: userId, at });
  await allotSpending({ at });

  return db.transaction(async (tx) => {
    const found = await lockPayment(tx, paymentId);
    if (!found || found.topUp.userId !== userId) return refused('notFound');
    const provider = providers.get(found.topUp.provider);
    if (!provider || provider.capabilities.refund === 'none') return refused('notRefundable');
    const byHand = provider.capabilities.refund === 'manual';
    const destination = byHand ? (provider.readDestination?.(request.destination ?? '') ?? null) : null;
    if (byHand && !destination) return refused('notADestination');
    if (found.topUp.state === 'disputed') return refused('contested');
    if (found.topUp.state === 'disputeLost') return refused('notRefundable');

    await lockAccounts(tx, [walletOf(userId), providerAccount('refundTransit', provider.id)]);
    if (amount > (await refundableOf(tx, found.payment, { userId, at }))) return refused('notEnoughLeft');
    const dates = { stateSince: at, createdAt: at };
    const [refund] = await tx
      .insert(refunds)
      .values({ paymentId, amount, requestedBy, reason, destination, ...dates, checkAt: byHand ? null : at })
      .returning({ id: refunds.id });
    invariant(refund, 'an insert answers its row');
    await changeRefunded(tx, paymentId, amount);
    await takeFromLots(tx, { userId, paymentId, amount });
    await post(tx, refundReserved({ id: refund.id, userId, provider: provider.id, amount, at }));
    return done({ refundId: refund.id });
  });
}

/** How much of a payment can go back: what is neither back already, nor spent, nor promised to rentals; whole cents. */
async function refundableOf(
  tx: Tx,
  payment: typeof payments.$inferSelect,
  { userId, at }: { userId: string; at: Date },
) {
  const { free } = await readWallet(tx, userId, at);
  const unspent = lesser(await getUnspent(tx, payment.id), free);
  const left = lesser(unspent, payment.credited - payment.refunded);
  return left > 0n ? floorToCents(left) : 0n;
}

/** Asked first, so that a stranger's wish changes nothing at all. */
async function isOwnPayment(paymentId: string, userId: string): Promise<boolean> {
  const own = and(eq(payments.id, paymentId), eq(topUps.userId, userId));
  const found = await db.select().from(payments).innerJoin(topUps, eq(topUps.id, payments.topUpId)).where(own);
  return found.length > 0;
}

/** The rows of a join are locked in the order of its tables: first the top-up, as everybody does. */
async function lockPayment(tx: Tx, paymentId: string) {
  const [found] = await tx
    .select({ payment: payments, topUp: topUps })
    .from(topUps)
    .innerJoin(payments, eq(payments.topUpId, topUps.id))
    .where(eq(payments.id, paymentId))
    .for('update');
  return found;
}

/** Carries out what is due, one after the other: refunds that were requested, and those whose outcome is open. */
export async function sendDueRefunds(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  const due = await db
    .select({ id: refunds.id })
    .from(refunds)
    .where(lte(refunds.checkAt, at))
    .orderBy(refunds.checkAt);
  await inTurn(
    due,
    ({ id }) => sendRefund(treasury, { refundId: id, at }),
    ({ id }) => id,
  );
}

async function sendRefund(treasury: Treasury, { refundId, at }: { refundId: string; at: Date }) {
  const found = await readRefund(refundId);
  const provider = found && treasury.providers.get(found.topUp.provider);
  if (!found || !provider) return;
  const { refund } = found;
  // It, or another in its place, may have been carried out: the provider's list of refunds tells.
  if (refund.state !== 'requested' || refund.checks > 0) await syncTopUp(treasury, { topUpId: found.topUp.id, at });
  const now = (await readRefund(refundId)) ?? found;
  const stillKnown = at.getTime() - refund.createdAt.getTime() < provider.keyHours * 3_600_000;
  if (now.refund.state === 'pending' || (isUnclear(now.refund) && !stillKnown)) return postpone(db, now.refund, at);
  await callProvider(treasury, { ...now, provider, at });
}

/** Whether a call may be under way, or was, without an answer. */
const isUnclear = ({ state }: Pick<StoredRefund, 'state'>) => state === 'submitting' || state === 'unknown';

type Call = { refund: StoredRefund; topUp: TopUp; paymentReference: string; provider: PaymentProvider; at: Date };

async function callProvider(treasury: Treasury, { refund, topUp, paymentReference, provider, at }: Call) {
  const doing = { treasury, provider, topUp, at };
  if (!(await begin(doing, refund.id))) return;
  const request = { reference: topUp.reference ?? '', paymentId: paymentReference, amount: refund.amount };
  try {
    const answer = await provider.refund?.({ ...request, key: refundKey(refund.id) });
    if (!answer) return;
    await locked(doing, refund.id, (tx) => followRefund(tx, doing, answer));
    if (answer.state === 'pending') await postpone(db, refund, at);
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error;
    await noteFailure(doing, refund.id, error);
  }
}

/** The state says that a call may be under way before one is; false where nothing is to be sent any more. */
async function begin(doing: Doing, refundId: string): Promise<boolean> {
  return locked(doing, refundId, async (tx, { refund, topUp }) => {
    // What the bank has taken back itself is not sent as well.
    const move = ['disputed', 'disputeLost'].includes(topUp.state)
      ? { event: 'declined' as const, problem: 'The bank has taken the payment back.' }
      : { event: 'called' as const, checkAt: new Date(doing.at.getTime() + patienceMs(refund.checks)) };
    return isUnclear({ state: await moveRefund(tx, doing, { refund, ...move }) });
  });
}

/**
 * For how long a refund that its provider refuses is tried again; then it waits for an admin. One whose first try comes
 * later than that, as when we were away, is compared with the provider and tried once more all the same.
 */
const PERSEVERANCE_MS = 3 * 24 * 3_600_000;

async function noteFailure(doing: Doing, refundId: string, { failure, message: problem }: PaymentError) {
  await locked(doing, refundId, async (tx, { refund }) => {
    await moveRefund(tx, doing, { refund, event: failure === 'unknown' ? 'unclear' : 'notDone', problem });
    const isOld = doing.at.getTime() - refund.createdAt.getTime() >= PERSEVERANCE_MS;
    const isHopeless = failure === 'misconfigured' && isOld && refund.checks > 0;
    if (!isHopeless) await postpone(tx, refund, doing.at);
  });
}

type Locked = { refund: StoredRefund; topUp: TopUp };

/** Does `work` with all that the end of a refund may touch locked, from the top-up downwards, as everybody does. */
async function locked<Value>(doing: Doing, refundId: string, work: (tx: Tx, now: Locked) => Promise<Value>) {
  return db.transaction(async (tx) => {
    const [topUp] = await tx.select().from(topUps).where(eq(topUps.id, doing.topUp.id)).for('update');
    await lockAccounts(tx, booksOf(doing.topUp, doing.provider));
    const [refund] = await tx.select().from(refunds).where(eq(refunds.id, refundId)).for('update');
    invariant(topUp && refund, 'neither a refund nor its top-up is ever deleted');
    return work(tx, { refund, topUp });
  });
}

/** Every account that the end of a refund may touch. */
export function booksOf({ userId }: TopUp, { id, currency }: PaymentProvider): AccountName[] {
  const theirs = [walletOf(userId), personAccount('receivable', userId)];
  const ours = [providerAccount('psp', id, currency), providerAccount('refundTransit', id)];
  if (currency === CURRENCY) return [...ours, ...theirs];
  return [...ours, ...theirs, brokerAccount('exchange'), brokerAccount('exchange', currency)];
}

/** What is over meanwhile is not asked about again. */
async function postpone(tx: Database, { id, checks }: StoredRefund, at: Date) {
  const next = { checks: checks + 1, checkAt: new Date(at.getTime() + patienceMs(checks + 1)) };
  await tx
    .update(refunds)
    .set(next)
    .where(and(eq(refunds.id, id), inArray(refunds.state, openRefundStates)));
}

async function readRefund(refundId: string) {
  const [found] = await db
    .select({ refund: refunds, topUp: topUps, paymentReference: payments.reference })
    .from(refunds)
    .innerJoin(payments, eq(payments.id, refunds.paymentId))
    .innerJoin(topUps, eq(topUps.id, payments.topUpId))
    .where(and(eq(refunds.id, refundId)));
  return found;
}
