import { z } from 'zod';
import { microDollarsOf } from './cents.ts';
import type { Dispute, Money, Payment, Refund, SavedMethod, TopUpStatus } from './provider.ts';

/** An amount as Orders write it. */
export const money = z.object({ currency_code: z.string(), value: z.string() });

const time = z.string().transform((text) => new Date(text));

const capture = z.object({
  id: z.string(),
  status: z.string(),
  amount: money,
  create_time: time,
  seller_receivable_breakdown: z.object({ paypal_fee: money.optional() }).optional(),
});

/** A refund of a capture. */
export const refundAnswer = z.object({
  id: z.string(),
  status: z.string(),
  amount: money,
  custom_id: z.string().optional(),
  create_time: time,
});

const vault = z.object({ id: z.string(), status: z.string() }).partial();

/** An order with all that happened to it. */
export const orderAnswer = z.object({
  id: z.string(),
  status: z.string(),
  purchase_units: z.array(
    z.object({
      custom_id: z.string().optional(),
      payments: z
        .object({ captures: z.array(capture).default([]), refunds: z.array(refundAnswer).default([]) })
        .default({ captures: [], refunds: [] }),
    }),
  ),
  payment_source: z
    .object({
      paypal: z.object({
        email_address: z.string().optional(),
        attributes: z.object({ vault: vault.optional() }).optional(),
      }),
    })
    .partial()
    .optional(),
  links: z.array(z.object({ rel: z.string(), href: z.string() })).default([]),
});

/** One dispute; `money_movements` is what it has cost or brought back so far. */
export const disputeAnswer = z.object({
  dispute_id: z.string(),
  status: z.string(),
  create_time: time,
  dispute_amount: money,
  dispute_outcome: z.object({ outcome_code: z.string() }).partial().optional(),
  money_movements: z
    .array(z.object({ affected_party: z.string(), type: z.string(), reason: z.string(), amount: money }).partial())
    .default([]),
});

type Order = z.output<typeof orderAnswer>;
type Capture = z.output<typeof capture>;

/** Their amount as ours. */
export function moneyOf({ currency_code, value }: z.output<typeof money>): Money {
  return { currency: currency_code, amount: microDollarsOf(value) };
}

const captured = new Set(['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED']);

/** What an order and its disputes say about a top-up. */
export function statusOf(order: Order, disputes: Dispute[]): TopUpStatus {
  const [unit] = order.purchase_units;
  const captures = unit?.payments.captures ?? [];
  const payments = captures.filter(({ status }) => captured.has(status)).map(paymentOf);
  const paymentId = payments[0]?.id ?? '';
  const refunds = (unit?.payments.refunds ?? []).map((refund) => refundOf(refund, paymentId, unit?.custom_id));
  return {
    topUpId: unit?.custom_id ?? null,
    progress: progressOf(order, captures),
    payments,
    refunds: refunds.filter((refund) => !disputes.some((dispute) => takesBack(dispute, refund))),
    disputes,
    savedMethod: savedMethodOf(order),
  };
}

/** What PayPal takes back for a dispute may stand among the refunds too; the dispute says it already. */
function takesBack(dispute: Dispute, refund: Refund): boolean {
  return dispute.state !== 'won' && refund.key === null && refund.at >= dispute.at;
}

function progressOf(order: Order, captures: Capture[]): TopUpStatus['progress'] {
  if (order.status === 'VOIDED') return { state: 'cancelled' };
  if (captures.some(({ status }) => captured.has(status))) return { state: 'succeeded' };
  if (captures.some(({ status }) => status === 'PENDING')) return { state: 'processing' };
  return captures.length > 0 ? { state: 'failed', reason: 'PayPal declined the payment.' } : { state: 'pending' };
}

function paymentOf({ id, amount, create_time, seller_receivable_breakdown }: Capture): Payment {
  const fee = seller_receivable_breakdown?.paypal_fee;
  return { id, received: moneyOf(amount), fee: fee ? moneyOf(fee) : null, at: create_time };
}

/** A refund that was made at PayPal carries the custom id of its order, or none. */
export function refundOf(
  { id, status, amount, custom_id, create_time }: z.output<typeof refundAnswer>,
  paymentId: string,
  orderCustomId?: string,
): Refund {
  const key = custom_id === orderCustomId ? null : (custom_id ?? null);
  const refund = { id, key, paymentId, amount: moneyOf(amount), at: create_time };
  if (status === 'COMPLETED') return { ...refund, state: 'succeeded' };
  if (status === 'PENDING') return { ...refund, state: 'pending' };
  return { ...refund, state: 'failed', reason: 'PayPal did not carry out the refund.' };
}

function savedMethodOf({ payment_source }: Order): SavedMethod | null {
  const { email_address, attributes } = payment_source?.paypal ?? {};
  const { id, status } = attributes?.vault ?? {};
  return id && status === 'VAULTED' ? { reference: id, label: email_address ?? 'PayPal' } : null;
}

const lostOutcomes = new Set(['RESOLVED_BUYER_FAVOUR', 'ACCEPTED']);

/** What a dispute means to us; its fee is what it has cost us beside the amount. */
export function disputeOf(dispute: z.output<typeof disputeAnswer>, paymentId: string): Dispute {
  const amount = moneyOf(dispute.dispute_amount);
  const fees = dispute.money_movements.filter((one) => one.affected_party === 'SELLER' && one.reason?.endsWith('_FEE'));
  const fee = fees.reduce((sum, one) => {
    const size = one.amount ? moneyOf(one.amount).amount : 0n;
    return one.type === 'CREDIT' ? sum - size : sum + size;
  }, 0n);
  const lost = lostOutcomes.has(dispute.dispute_outcome?.outcome_code ?? '');
  const state = dispute.status !== 'RESOLVED' ? 'open' : lost ? 'lost' : 'won';
  return {
    id: dispute.dispute_id,
    paymentId,
    amount,
    fee: { ...amount, amount: fee },
    state,
    at: dispute.create_time,
  };
}
