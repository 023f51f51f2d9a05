import { and, asc, eq, inArray, lte } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { payouts } from '#db/schema/payouts';
import { CURRENCY } from '../ledger/accounts.ts';
import { PaymentError, type PaymentProvider, type PayoutStatus } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { inTurn } from '../process/each.ts';
import { holdBack } from './holds.ts';
import { type PayoutEvent, type PayoutState, payoutEvents } from './lifecycle.ts';
import { getDestination, lockPayout, movePayout, type Payout, type PayoutNews } from './moves.ts';
import { nextCheckAt, payoutKey } from './terms.ts';

const HOUR_MS = 3_600_000;

/** What happened to a payout, and what is known of it since. */
type Report = { event: PayoutEvent; news: PayoutNews };

/** A payout that is asked about at a provider that pays when it is asked to. */
type Question = { payout: Payout; provider: Direct; destination: string };
type Direct = PaymentProvider & Required<Pick<PaymentProvider, 'beginPayout' | 'findPayout'>>;

/** Sends every payout that is due to a provider that pays when it is asked to. */
export async function submitPayouts(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  const due = await listDue(treasury, ['reserved'], at);
  await inTurn(
    due,
    ({ id }) => submitPayout(treasury, { payoutId: id, at }),
    ({ id }) => id,
  );
}

/**
 * Sends one payout. That it is being sent, and under which key, is on record before the provider hears of it; from
 * then on only what the provider knows of that key decides.
 */
async function submitPayout(treasury: Treasury, { payoutId, at }: { payoutId: string; at: Date }) {
  const question = await db.transaction((tx) => callOn(tx, treasury, payoutId, at));
  if (!question) return;
  const report = await carryOut(question, at).then(reportOf, reportOfFailure);
  await learn(treasury, payoutId, report, at);
}

async function callOn(tx: Tx, treasury: Treasury, payoutId: string, at: Date): Promise<Question | null> {
  const payout = await lockPayout(tx, payoutId);
  const provider = payout && directProvider(treasury, payout);
  if (payout?.state !== 'reserved' || !provider) return null;
  if (await holdBack(tx, treasury, { payout, at })) return null;
  await movePayout(tx, treasury, { payout, event: 'called', news: { calledAt: payout.calledAt ?? at }, at });
  return { payout, provider, destination: await getDestination(tx, payout) };
}

/** What was called before is looked for first: a provider does not remember keys for ever. */
async function carryOut(question: Question, at: Date): Promise<PayoutStatus> {
  return (await recall(question, at)) ?? begin(question);
}

function begin({ payout: { id: payoutId, amount }, provider, destination }: Question): Promise<PayoutStatus> {
  return provider.beginPayout({ payoutId, destination, amount, key: payoutKey(payoutId) });
}

/** What the provider knows of a payout; null when it does not, or was never called. */
async function find({ payout, provider, destination }: Question): Promise<PayoutStatus | null> {
  const { id, calledAt, reference } = payout;
  return calledAt && provider.findPayout({ key: payoutKey(id), destination, since: calledAt, reference });
}

/** The same, where a provider that cannot tell is asked by beginning again, as long as it surely remembers our key. */
function recall(question: Question, at: Date): Promise<PayoutStatus | null> {
  const { payout, provider } = question;
  const called = payout.calledAt ?? at;
  const remembers = at.getTime() - called.getTime() < ((provider.payoutKeyHours ?? provider.keyHours) - 1) * HOUR_MS;
  return find(question).catch((error: unknown) => {
    if (remembers && error instanceof PaymentError && error.failure === 'unknown') return begin(question);
    throw error;
  });
}

function reportOf(status: PayoutStatus): Report {
  const fee = status.fee?.currency === CURRENCY ? status.fee.amount : null;
  const problem = 'reason' in status ? status.reason : null;
  return { event: payoutEvents[status.state], news: { reference: status.reference, fee, problem } };
}

/** Anything but a clear word of the provider stays on record as being sent, and is looked up before long. */
function reportOfFailure(error: unknown): Report {
  if (!(error instanceof PaymentError)) throw error;
  return { event: error.failure === 'notDone' ? 'notDone' : 'unclear', news: { problem: error.message } };
}

async function learn(treasury: Treasury, payoutId: string, { event, news }: Report, at: Date) {
  await db.transaction(async (tx) => {
    const payout = await lockPayout(tx, payoutId);
    if (payout) await movePayout(tx, treasury, { payout, event, news, at });
  });
}

const checkedStates = ['submitting', 'unknown', 'submitted', 'unclaimed'] as const satisfies PayoutState[];

/** Asks providers about every payout that is not final and has not been looked at for a while. */
export async function checkPayouts(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  const due = await listDue(treasury, [...checkedStates], at);
  const check = async ({ id, checks }: Payout) => {
    // First, so that a provider that does not answer is asked less and less.
    const later = { checks: checks + 1, checkAt: nextCheckAt(checks, at) };
    await db.update(payouts).set(later).where(eq(payouts.id, id));
    await syncPayout(treasury, { payoutId: id, at });
  };
  await inTurn(due, check, ({ id }) => id);
}

/**
 * Asks a payout's provider what became of it. Whoever has a reason to look calls this, as often as they like.
 * Throws PaymentError when the provider does not answer; nothing has changed then.
 */
export async function syncPayout(treasury: Treasury, { payoutId, at }: { payoutId: string; at: Date }): Promise<void> {
  const question = await db.transaction((tx) => askOf(tx, treasury, payoutId));
  if (!question) return;
  const isLost = question.payout.state === 'submitting' || question.payout.state === 'unknown';
  const status = await (isLost ? recall(question, at) : find(question));
  // Of a payout that the provider had, it being away says nothing.
  await learn(treasury, payoutId, status ? reportOf(status) : { event: 'notDone', news: {} }, at);
}

async function askOf(tx: Tx, treasury: Treasury, payoutId: string): Promise<Question | null> {
  const payout = await lockPayout(tx, payoutId);
  const provider = payout && directProvider(treasury, payout);
  const answerable: PayoutState[] = [...checkedStates, 'paid'];
  if (!provider || !answerable.includes(payout.state)) return null;
  return { payout, provider, destination: await getDestination(tx, payout) };
}

function directProvider({ providers }: Treasury, payout: Payout): Direct | null {
  const provider = providers.get(payout.provider);
  return provider?.capabilities.payout === 'direct' && provider.beginPayout && provider.findPayout
    ? (provider as Direct)
    : null;
}

function listDue({ providers }: Treasury, states: PayoutState[], at: Date): Promise<Payout[]> {
  const direct = [...providers.values()].filter(({ capabilities }) => capabilities.payout === 'direct');
  const ids = direct.map(({ id }) => id);
  return db
    .select()
    .from(payouts)
    .where(and(lte(payouts.checkAt, at), inArray(payouts.state, states), inArray(payouts.provider, ids)))
    .orderBy(asc(payouts.checkAt));
}
