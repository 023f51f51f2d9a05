import { z } from 'zod';
import { decimalOf } from './cents.ts';
import type { Answer } from './http.ts';
import { disputeAnswer, disputeOf, orderAnswer, refundAnswer, refundOf, statusOf } from './paypal-answers.ts';
import { type Client, issueOf, PAYPAL, read } from './paypal-client.ts';
import { listRaw } from './paypal-reports.ts';
import { type Dispute, PaymentError, type PaymentProvider, type TopUpRequest, type TopUpStatus } from './provider.ts';

type Charge = Parameters<NonNullable<PaymentProvider['chargeSaved']>>[0];
type RefundRequest = Parameters<NonNullable<PaymentProvider['refund']>>[0];
type LostCharge = { topUpId: string; since: Date };

const disputeList = z.object({ items: z.array(z.object({ dispute_id: z.string() })).default([]) });
const captureAnswer = z.object({
  supplementary_data: z
    .object({ related_ids: z.object({ order_id: z.string() }).partial() })
    .partial()
    .optional(),
});

/** Refusals that are the payer's, and what the person reads. */
const declines: Record<string, string> = {
  INSTRUMENT_DECLINED: 'PayPal could not take the money from the chosen card or bank.',
  PAYER_CANNOT_PAY: 'PayPal does not let this account pay.',
  PAYER_ACCOUNT_RESTRICTED: 'The PayPal account is restricted.',
  PAYER_ACCOUNT_LOCKED_OR_CLOSED: 'The PayPal account is locked or closed.',
  TRANSACTION_REFUSED: 'PayPal refused the payment.',
  TOKEN_ID_NOT_FOUND: 'The PayPal account is no longer linked.',
};

/** Top-ups that a person approves at PayPal; the reference is the order's id. */
export function topUps(client: Client) {
  return {
    beginTopUp: (request: TopUpRequest) => beginTopUp(client, request),
    completeTopUp: ({ reference }: { reference: string }) => completeTopUp(client, reference),
    getTopUp: (reference: string) => getTopUp(client, reference),
    refund: (request: RefundRequest) => refund(client, request),
  };
}

/** Top-ups from wallets that people saved. */
export function savedWallets(client: Client) {
  return {
    chargeSaved: (charge: Charge) => chargeSaved(client, charge),
    findTopUp: (lost: LostCharge) => findTopUp(client, lost),
    forgetMethod: (savedMethod: string) => forgetMethod(client, savedMethod),
  };
}

async function beginTopUp(client: Client, request: TopUpRequest) {
  const { topUpId, amount, returnUrl, cancelUrl, saveMethod, key } = request;
  const vault = { store_in_vault: 'ON_SUCCESS', usage_type: 'MERCHANT', usage_pattern: 'THRESHOLD_PREPAID' };
  const paypal = {
    experience_context: {
      return_url: returnUrl,
      cancel_url: cancelUrl,
      user_action: 'PAY_NOW',
      shipping_preference: 'NO_SHIPPING',
      payment_method_preference: 'IMMEDIATE_PAYMENT_REQUIRED',
    },
    ...(saveMethod ? { attributes: { vault } } : {}),
  };
  const answer = await createOrder(client, { topUpId, amount, paypal, key });
  const { id, links } = read(orderAnswer, answer);
  const approve = links.find(({ rel }) => rel === 'payer-action' || rel === 'approve');
  if (!approve) throw new PaymentError(PAYPAL, 'began an order without a page for its payer', 'unknown');
  return { reference: id, action: { kind: 'button' as const, id, fallbackUrl: approve.href } };
}

/** Both ids are our top-up's: one comes back with the order, by the other PayPal refuses a second payment. */
function createOrder(client: Client, order: { topUpId: string; amount: bigint; paypal: object; key: string }) {
  const { topUpId, amount, paypal, key } = order;
  const value = { currency_code: 'USD', value: decimalOf(amount) };
  const unit = { custom_id: topUpId, invoice_id: topUpId, description: 'Wallet top-up', amount: value };
  const body = { intent: 'CAPTURE', purchase_units: [unit], payment_source: { paypal } };
  return client({ method: 'POST', path: '/v2/checkout/orders', body, key });
}

/**
 * An order can be captured only once, so this needs no key; a key would even repeat an old refusal to a person who has
 * chosen another card since.
 */
async function completeTopUp(client: Client, reference: string): Promise<TopUpStatus> {
  const refused = readRefused(reference);
  if (refused) return refused;
  const path = `/v2/checkout/orders/${encodeURIComponent(reference)}/capture`;
  const answer = await client({ method: 'POST', path, body: {} });
  const issue = issueOf(answer);
  if (answer.status === 404) return { ...nothing, progress: { state: 'expired' } };
  if (issue && issue in declines) return declinedOrder(client, reference, answer);
  if (issue && issue !== 'ORDER_NOT_APPROVED' && issue !== 'ORDER_ALREADY_CAPTURED') read(orderAnswer, answer);
  return getTopUp(client, reference);
}

const nothing = { topUpId: null, payments: [], refunds: [], disputes: [], savedMethod: null };

/** PayPal lets the person choose another card or bank for the same order, at the address that it names. */
async function declinedOrder(client: Client, reference: string, answer: Answer): Promise<TopUpStatus> {
  const status = await getTopUp(client, reference);
  const again = z.object({ links: z.array(z.object({ rel: z.string(), href: z.string() })) }).safeParse(answer.body);
  const url = again.data?.links.find(({ rel }) => rel === 'redirect')?.href;
  if (url) return { ...status, progress: { state: 'requiresAction', action: { kind: 'redirect', url } } };
  return { ...status, progress: { state: 'failed', reason: declines[issueOf(answer) ?? ''] ?? '' } };
}

async function getTopUp(client: Client, reference: string): Promise<TopUpStatus> {
  const refused = readRefused(reference);
  if (refused) return refused;
  const path = `/v2/checkout/orders/${encodeURIComponent(reference)}`;
  const order = read(orderAnswer, await client({ method: 'GET', path }));
  const { payments } = statusOf(order, []);
  const disputes = await Promise.all(payments.map(({ id }) => listDisputes(client, id)));
  return statusOf(order, disputes.flat());
}

async function listDisputes(client: Client, paymentId: string): Promise<Dispute[]> {
  const query = new URLSearchParams({ disputed_transaction_id: paymentId });
  const { items } = read(disputeList, await client({ method: 'GET', path: `/v1/customer/disputes?${query}` }));
  const answers = items.map(({ dispute_id }) => client({ method: 'GET', path: `/v1/customer/disputes/${dispute_id}` }));
  return (await Promise.all(answers)).map((answer) => disputeOf(read(disputeAnswer, answer), paymentId));
}

async function chargeSaved(client: Client, { topUpId, amount, savedMethod, key }: Charge) {
  const stored_credential = {
    payment_initiator: 'MERCHANT',
    usage: 'SUBSEQUENT',
    usage_pattern: 'THRESHOLD_PREPAID',
  };
  const paypal = { vault_id: savedMethod, stored_credential };
  const answer = await createOrder(client, { topUpId, amount, paypal, key });
  const issue = issueOf(answer);
  if (issue && issue in declines) return refuse(topUpId, issue);

  const { id, status, links } = read(orderAnswer, answer);
  const known = await getTopUp(client, id);
  const url = links.find(({ rel }) => rel === 'payer-action')?.href;
  if (status !== 'PAYER_ACTION_REQUIRED' || !url) return { reference: id, status: known };
  const progress = { state: 'requiresAction' as const, action: { kind: 'redirect' as const, url } };
  return { reference: id, status: { ...known, progress } };
}

/** A refused charge leaves no order to ask about, so its reference says all there is to know. */
function refuse(topUpId: string, issue: string) {
  const reference = `refused:${issue}:${topUpId}`;
  return { reference, status: readRefused(reference) as TopUpStatus };
}

function readRefused(reference: string): TopUpStatus | null {
  const [word, issue = '', topUpId = ''] = reference.split(':');
  if (word !== 'refused') return null;
  return {
    ...nothing,
    topUpId,
    progress: { state: 'failed', reason: declines[issue] ?? 'PayPal refused the payment.' },
  };
}

/** PayPal's reports may be three hours behind. */
const REPORTS_LATE_MS = 3 * 3_600_000;

async function findTopUp(client: Client, { topUpId, since }: LostCharge): Promise<string | null> {
  const called = Date.now();
  for await (const { invoice_id, transaction_id, transaction_amount } of listRaw(client, since)) {
    const incoming = !transaction_amount.value.startsWith('-');
    if (incoming && invoice_id === topUpId) return orderOf(client, transaction_id);
  }
  if (called - since.getTime() > REPORTS_LATE_MS) return null;
  throw new PaymentError(PAYPAL, 'may not report the payment yet', 'unknown');
}

/** The order to which a capture belongs; null for money that came without one. */
export async function orderOf(client: Client, captureId: string): Promise<string | null> {
  const path = `/v2/payments/captures/${encodeURIComponent(captureId)}`;
  const answer = await client({ method: 'GET', path });
  if (answer.status === 404) return null;
  return read(captureAnswer, answer).supplementary_data?.related_ids?.order_id ?? null;
}

async function forgetMethod(client: Client, savedMethod: string) {
  const path = `/v3/vault/payment-tokens/${encodeURIComponent(savedMethod)}`;
  const answer = await client({ method: 'DELETE', path });
  if (answer.status !== 404) read(z.unknown(), answer);
}

/** The key rides along as the custom id, by which the order tells later whose refund it was. */
async function refund(client: Client, { paymentId, amount, key }: RefundRequest) {
  const body = { amount: { currency_code: 'USD', value: decimalOf(amount) }, custom_id: key };
  const path = `/v2/payments/captures/${encodeURIComponent(paymentId)}/refund`;
  return refundOf(read(refundAnswer, await client({ method: 'POST', path, body, key })), paymentId);
}
