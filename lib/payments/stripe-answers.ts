import Stripe from 'stripe';
import { CENT, centsOf } from './cents.ts';
import {
  type Dispute,
  type Money,
  type Payment,
  PaymentError,
  type PaymentFailure,
  type PayoutStatus,
  type Refund,
  type SavedMethod,
  type TopUpStatus,
  type WebhookEvent,
} from './provider.ts';

/** How a hosted page stands before it is finished. */
export function progressOf(session: Stripe.Checkout.Session): TopUpStatus['progress'] {
  if (session.status === 'expired') return { state: 'expired' };
  if (session.status === 'complete') return { state: 'processing' };
  if (session.metadata?.authentication === undefined) return { state: 'pending' };
  return { state: 'requiresAction', action: { kind: 'redirect', url: urlOf(session) } };
}

/** How a payment without its page stands while nothing is paid. */
export function progressOfIntent(intent: Stripe.PaymentIntent): TopUpStatus['progress'] {
  const { status, last_payment_error: error } = intent;
  if (status === 'canceled') return { state: 'cancelled' };
  if (status === 'requires_payment_method') return { state: 'failed', reason: error ? reasonOf(error) : 'declined' };
  return { state: 'processing' };
}

/** The money of a charge; Stripe may tell its fee a little later. */
export function paymentOf(charge: Stripe.Charge): Payment {
  const booked = charge.balance_transaction;
  const fee = booked === null || typeof booked === 'string' ? null : moneyOf(booked.fee, booked.currency);
  return { id: charge.id, received: moneyOf(charge.amount_captured, charge.currency), fee, at: dateOf(charge.created) };
}

/** A refund; those begun at Stripe's own desk carry no key. */
export function refundOf(refund: Stripe.Refund): Refund {
  const known = {
    id: refund.id,
    key: refund.metadata?.key ?? null,
    paymentId: idOf(refund.charge) ?? '',
    amount: moneyOf(refund.amount, refund.currency),
    at: dateOf(refund.created),
  };
  if (refund.status === 'succeeded') return { ...known, state: 'succeeded' };
  if (refund.status === 'failed' || refund.status === 'canceled')
    return { ...known, state: 'failed', reason: reasonOf({ code: refund.failure_reason ?? refund.status }) };
  return { ...known, state: 'pending' };
}

/** A contest of the payer's; an inquiry, for which nothing was withdrawn, is none yet. A lost one stays lost while an appeal is heard. */
export function disputeOf(dispute: Stripe.Dispute): Dispute[] {
  const { id, status, amount, currency, balance_transactions: moved } = dispute;
  if (moved.length === 0) return [];
  const fee = moved.reduce((sum, { fee }) => sum + fee, 0);
  const state = status === 'won' ? 'won' : status === 'lost' || status.startsWith('appeal_') ? 'lost' : 'open';
  const paymentId = idOf(dispute.charge) ?? '';
  return [
    {
      id,
      paymentId,
      amount: moneyOf(amount, currency),
      fee: moneyOf(fee, currency),
      state,
      at: dateOf(dispute.created),
    },
  ];
}

/** The card that a person allowed us to charge again, as `customer/method`. */
export function savedMethodOf(intent: Stripe.PaymentIntent): SavedMethod | null {
  const [customer, method] = [idOf(intent.customer), intent.payment_method];
  if (intent.setup_future_usage !== 'off_session' || !customer || method === null || typeof method === 'string')
    return null;
  const { brand = method.type, last4 = '' } = method.card ?? {};
  const label = `${brand.charAt(0).toUpperCase()}${brand.slice(1)} ending ${last4}`;
  return { reference: `${customer}/${method.id}`, label: last4 ? label : label.replace(' ending ', '') };
}

/** A transfer reaches the owner's account at Stripe at once; only a claw-back undoes it. */
export function payoutOf(transfer: Stripe.Transfer): PayoutStatus {
  const payout = { reference: transfer.id, fee: moneyOf(0, 'usd') };
  return transfer.reversed ? { ...payout, state: 'returned', reason: 'reversed' } : { ...payout, state: 'paid' };
}

/** Names what an event is about; refunds and disputes know only the payment, whose id `getTopUp` takes as well. */
export function eventOf({ id, type, data }: Stripe.Event): WebhookEvent {
  const about = data.object as { object?: string; id?: string; payment_intent?: Reference; metadata?: Stripe.Metadata };
  const event = { eventId: id, type, references: [] as string[], payoutKeys: [] as string[] };
  if (about.object === 'transfer') return { ...event, payoutKeys: listed(about.metadata?.key) };
  if (about.object === 'checkout.session' || about.object === 'payment_intent')
    return { ...event, references: listed(about.id) };
  return { ...event, references: listed(idOf(about.payment_intent)) };
}

/** What Stripe calls a refusal, in words that hold nothing of the card. */
export function reasonOf({ code, decline_code }: { code?: string | undefined; decline_code?: string | undefined }) {
  return (decline_code ?? code ?? 'declined').replaceAll('_', ' ');
}

/** Stripe's cents as ours; throws PaymentError for another currency, because the broker's account keeps dollars. */
export function moneyOf(cents: number, currency: string): Money {
  if (currency !== 'usd') throw new PaymentError('stripe', `booked ${currency} instead of usd`, 'misconfigured');
  return { currency: 'USD', amount: BigInt(cents) * CENT };
}

/** An amount as Stripe wants it. */
export function toCents(microDollars: bigint): number {
  return Number(centsOf(microDollars));
}

/** A moment as Stripe tells it. */
export function dateOf(seconds: number): Date {
  return new Date(seconds * 1000);
}

type Reference = string | { id: string } | null | undefined;

/** The id of an object that Stripe may or may not have spelled out. */
export function idOf(reference: Reference): string | null {
  return typeof reference === 'string' ? reference : (reference?.id ?? null);
}

/** The address of a hosted page, which every open one has. */
export function urlOf(session: Stripe.Checkout.Session): string {
  return session.url ?? fail(new PaymentError('stripe', 'made a page without an address', 'unknown'));
}

/** Waits for an answer and throws its failure in our words. */
export async function ask<Answer>(answer: Promise<Answer>): Promise<Answer> {
  return answer.catch(fail);
}

/**
 * Waits for something to be made under a key of ours. Stripe remembers a failure of its own under the key and answers
 * with it for a day, so what was made all the same is looked for.
 */
export async function made<Item>(making: Promise<Item>, find: () => Promise<Item | null>): Promise<Item> {
  return making.catch(async (error: unknown) => {
    const broken = error instanceof Stripe.errors.StripeError && (error.statusCode ?? 0) >= 500;
    const found = broken ? await find() : null;
    if (found === null) throw error;
    return found;
  });
}

/** Throws what went wrong as a PaymentError; the original stays behind, because it quotes what we sent. */
export function fail(error: unknown): never {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const { type, code = '', statusCode, requestId } = error;
  throw new PaymentError(
    'stripe',
    `answered ${statusCode ?? 'nothing'} ${type} ${code} ${requestId ?? ''}`,
    failureOf(error),
  );
}

/** Failures of a connection that never came about: nothing was sent. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

function failureOf(error: Stripe.errors.StripeError): PaymentFailure {
  const { errors } = Stripe;
  if (error instanceof errors.StripeConnectionError)
    return neverSent.has((error.detail as { code?: string } | undefined)?.code ?? '') ? 'notDone' : 'unknown';
  if (error instanceof errors.StripeRateLimitError || error instanceof errors.StripeCardError) return 'notDone';
  if (error.code === 'balance_insufficient') return 'notDone';
  // 409: the first call under this key is still at work.
  return (error.statusCode ?? 500) >= 500 || error.statusCode === 409 ? 'unknown' : 'misconfigured';
}

/** The first of a list that may go over many pages. */
export async function findFirst<Item>(
  list: AsyncIterable<Item>,
  wanted: (item: Item) => boolean,
): Promise<Item | null> {
  for await (const item of list) if (wanted(item)) return item;
  return null;
}

/** All of a list that may go over many pages. */
export async function listAll<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of list) all.push(item);
  return all;
}

/** An hour before `moment`, in Stripe's seconds: its clock need not agree with ours. */
export function secondsBefore(moment: Date): number {
  return Math.floor(moment.getTime() / 1000) - 3600;
}

function listed(value: string | null | undefined): string[] {
  return value ? [value] : [];
}
