import { eq, inArray } from 'drizzle-orm';
import { type Database, db, type Tx } from '#db/client';
import { disputes, payments, topUps } from '#db/schema/payments';
import { InvariantError, invariant } from '../errors.ts';
import { allotSpending } from '../funding/commands.ts';
import { brokerAccount, CURRENCY, earningsOf, personAccount, providerAccount, walletOf } from '../ledger/accounts.ts';
import { lockAccounts } from '../ledger/post.ts';
import type { Payment, PaymentProvider, TopUpStatus } from '../payments/provider.ts';
import { dollarsAtQuote, dollarsFor } from '../payments/quotes.ts';
import type { Treasury } from '../payments/registry.ts';
import { noteAutomatic } from './back-off.ts';
import { carryOut } from './books.ts';
import { listEarners } from './contests.ts';
import { tellOfTopUp } from './letters.ts';
import { nextTopUpState, openTopUpStates, type TopUpState, topUpEventOf } from './lifecycle.ts';
import { planTopUp, type TopUpBooks } from './plan.ts';
import { keepSavedMethod } from './saved-methods.ts';

/** A top-up as stored. */
export type TopUp = typeof topUps.$inferSelect;

/** How often a provider is asked again because the top-up changed while it was asked. */
const TRIES = 5;

/**
 * Asks a top-up's provider how it stands and makes the books say the same: credits, fees, refunds, disputes, and what
 * a chain has dropped. Whoever has a reason to look calls this, at any time and as often as they like.
 * Throws PaymentError when the provider does not answer; nothing has changed then.
 */
export async function syncTopUp(treasury: Treasury, { topUpId, at }: { topUpId: string; at: Date }): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const [topUp] = await db.select().from(topUps).where(eq(topUps.id, topUpId));
    const provider = topUp && treasury.providers.get(topUp.provider);
    if (!topUp?.reference || !provider) return;

    const question = { reference: topUp.reference, key: `topUp:${topUpId}:complete` };
    const complete = isOpen(topUp) ? provider.completeTopUp?.bind(provider) : undefined;
    const status = await (complete ? complete(question) : provider.getTopUp(topUp.reference));
    if (await followStatus(treasury, { topUp, status, at })) return;
  }
  throw new InvariantError(`the top-up ${topUpId} changes faster than its provider answers`);
}

/**
 * Makes the books say what a provider has answered about a top-up since `topUp` was read. An answer that was overtaken
 * by a later one is not used, or it would undo what that has done: then this answers false, and the provider is to be
 * asked again.
 */
export async function followStatus(
  treasury: Treasury,
  { topUp, status, at }: { topUp: TopUp; status: TopUpStatus; at: Date },
): Promise<boolean> {
  const provider = treasury.providers.get(topUp.provider);
  invariant(provider, `the top-up ${topUp.id} has no provider`);
  const worth = await worthOf(treasury, provider, topUp, status);
  if (await isOldNews(topUp, provider, status)) return true;
  // Only of money that was credited before can anything be taken back.
  if (!isOpen(topUp)) await allotSpending({ at });

  return db.transaction(async (tx) => {
    const [locked] = await tx.select().from(topUps).where(eq(topUps.id, topUp.id)).for('update');
    if (locked?.revision !== topUp.revision) return false;
    // What is lost is taken back from those who earned it, and what an appeal wins is theirs again.
    const earners = status.disputes.length > 0 ? await listEarners(tx, topUp.id) : [];
    const theirs = earners.flatMap((id) => [earningsOf(id), personAccount('earnAvailable', id)]);
    await lockAccounts(tx, [...accountsOf(locked, provider), ...theirs]);
    const steps = planTopUp(await readBooks(tx, locked, provider), status, worth);
    const doing = { treasury, provider, topUp: locked, at };
    for (const step of steps) await carryOut(tx, doing, step);
    await keepSavedMethod(tx, doing, status.savedMethod);
    const changed = steps.some(({ step }) => step !== 'followRefund');
    await moveOn(tx, { treasury, topUp: locked, status, changed, at });
    return true;
  });
}

/** Most reasons to look bring nothing new; then nobody has to wait for anybody's accounts. */
async function isOldNews(topUp: TopUp, provider: PaymentProvider, status: TopUpStatus): Promise<boolean> {
  if (isOpen(topUp) || status.refunds.length > 0 || status.savedMethod) return false;
  const steps = planTopUp(await readBooks(db, topUp, provider), status, () => 0n);
  const event = topUpEventOf({ progress: status.progress.state, ...(await readStanding(db, topUp.id)) });
  return steps.length === 0 && nextTopUpState(topUp.state, event) === null;
}

/** Everything that a step may touch. */
function accountsOf({ userId }: TopUp, { id, currency }: PaymentProvider) {
  const foreign = currency === CURRENCY ? [] : [brokerAccount('exchange', currency)];
  return [
    providerAccount('psp', id, currency),
    providerAccount('pspFee', id, currency),
    providerAccount('refundTransit', id),
    providerAccount('unapplied', id, currency),
    brokerAccount('exchange'),
    brokerAccount('chargeback'),
    walletOf(userId),
    personAccount('receivable', userId),
    ...foreign,
  ];
}

async function readBooks(tx: Database, topUp: TopUp, provider: PaymentProvider): Promise<TopUpBooks> {
  const rows = await tx.select().from(payments).where(eq(payments.topUpId, topUp.id)).orderBy(payments.at);
  const contested = await tx
    .select({ reference: disputes.reference, state: disputes.state })
    .from(disputes)
    .where(inArray(disputes.paymentId, idsOf(rows)));
  return {
    topUpId: topUp.id,
    expected: provider.capabilities.anyAmount ? null : topUp.amount,
    currency: provider.currency,
    payments: rows.map(({ received, currency, ...row }) => ({ ...row, received: { currency, amount: received } })),
    disputes: new Map(contested.map(({ reference, state }) => [reference, state])),
  };
}

/** What payments are worth: at the locked price when they came in time, else at the price of now. */
async function worthOf(
  { priceOf, chains }: Treasury,
  { id, currency }: PaymentProvider,
  topUp: TopUp,
  status: TopUpStatus,
) {
  const { quoteAmount, quotedUntil } = topUp;
  const quote = { amount: quoteAmount ?? 1n, dollars: topUp.amount };
  const inTime = ({ at }: Payment) => quotedUntil !== null && at <= quotedUntil;
  const atQuote = ({ received }: Payment) => dollarsAtQuote(received.amount, quote);
  const credited = await db
    .select({ reference: payments.reference })
    .from(payments)
    .where(eq(payments.topUpId, topUp.id));
  const isNew = ({ id }: Payment) => !credited.some(({ reference }) => reference === id);
  const chain = chains.get(id);
  if (!chain || status.payments.filter(isNew).every(inTime)) return atQuote;

  const price = await priceOf(currency);
  return (payment: Payment) =>
    inTime(payment) ? atQuote(payment) : dollarsFor(payment.received.amount, price, chain.decimals);
}

type Moving = { treasury: Treasury; topUp: TopUp; status: TopUpStatus; changed: boolean; at: Date };

/** Writes down where the top-up is in its life now, and when to ask again. */
async function moveOn(tx: Tx, { treasury, topUp, status, changed, at }: Moving) {
  const event = topUpEventOf({ progress: status.progress.state, ...(await readStanding(tx, topUp.id)) });
  const next = nextTopUpState(topUp.state, event);
  const { progress } = status;
  const news = {
    action: progress.state === 'requiresAction' ? progress.action : topUp.action,
    problem: progress.state === 'failed' ? progress.reason : null,
    ...(next ? { state: next, stateSince: at } : {}),
    revision: topUp.revision + (changed || next ? 1 : 0),
  };
  await tx
    .update(topUps)
    .set({ ...news, ...nextCheck(next ?? topUp.state, topUp, next !== null, at) })
    .where(eq(topUps.id, topUp.id));
  if (!next) return;
  if (topUp.automatic) await noteAutomatic(tx, { ...topUp, ...news }, at);
  await tellOfTopUp(tx, treasury, { ...topUp, ...news });
}

/** Open top-ups are asked after 1, 5, 30 minutes and so on; those that are over only when somebody has a reason. */
function nextCheck(state: TopUpState, { checks }: TopUp, moved: boolean, at: Date) {
  if (!isOpen({ state })) return { checkAt: null };
  const asked = moved ? 0 : checks + 1;
  return { checks: asked, checkAt: new Date(at.getTime() + patienceMs(asked)) };
}

/** Whether more is expected of a top-up. */
function isOpen({ state }: Pick<TopUp, 'state'>): boolean {
  return (openTopUpStates as readonly TopUpState[]).includes(state);
}

/** How long to wait before asking again, after so many answers that brought nothing new. */
export function patienceMs(asked: number): number {
  const minutes = [1, 1, 5, 30, 60, 180];
  return (minutes[asked] ?? 360) * 60_000;
}

async function readStanding(tx: Database, topUpId: string) {
  const rows = await tx.select().from(payments).where(eq(payments.topUpId, topUpId));
  const standing = rows.filter(({ reversedAt }) => reversedAt === null);
  const contested = await tx
    .select({ state: disputes.state })
    .from(disputes)
    .where(inArray(disputes.paymentId, idsOf(rows)));
  return {
    credited: sumOf(standing.map(({ credited }) => credited)),
    everCredited: rows.length > 0,
    refunded: sumOf(standing.map(({ refunded }) => refunded)),
    disputes: contested.map(({ state }) => state),
  };
}

const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);
const sumOf = (amounts: bigint[]) => amounts.reduce((sum, amount) => sum + amount, 0n);
