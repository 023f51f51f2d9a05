import Stripe from 'stripe';
import type { PaymentProvider, TopUpRequest, TopUpStatus } from './provider.ts';
import {
  ask,
  disputeOf,
  fail,
  findFirst,
  idOf,
  listAll,
  made,
  paymentOf,
  progressOf,
  progressOfIntent,
  refundOf,
  savedMethodOf,
  secondsBefore,
  toCents,
  urlOf,
} from './stripe-answers.ts';

type Charge = Parameters<NonNullable<PaymentProvider['chargeSaved']>>[0];
type Lost = Parameters<NonNullable<PaymentProvider['findTopUp']>>[0];
type Refunding = Parameters<NonNullable<PaymentProvider['refund']>>[0];

/** Money in: hosted pages, saved cards, refunds. */
export function topUps(client: Stripe) {
  return {
    beginTopUp: (request: TopUpRequest) => beginTopUp(client, request),
    getTopUp: (reference: string) => getTopUp(client, reference),
    chargeSaved: (charge: Charge) => chargeSaved(client, charge),
    findTopUp: (lost: Lost) => findTopUp(client, lost),
    forgetMethod: (savedMethod: string) => forgetMethod(client, savedMethod),
    refund: (refund: Refunding) => refundPayment(client, refund),
  };
}

async function beginTopUp(client: Stripe, request: TopUpRequest) {
  const { topUpId, saveMethod, party, returnUrl, cancelUrl, key } = request;
  const session = await openPage(client, key, {
    ...checkoutOf(request),
    success_url: returnUrl,
    cancel_url: cancelUrl,
    customer_email: party.email,
    customer_creation: saveMethod ? 'always' : 'if_required',
    payment_intent_data: {
      metadata: { topUpId, checkout: 'true' },
      ...(saveMethod && { setup_future_usage: 'off_session' }),
    },
  });
  return { reference: session.id, action: { kind: 'redirect', url: urlOf(session) } as const };
}

async function openPage(client: Stripe, key: string, page: Stripe.Checkout.SessionCreateParams) {
  const sessions = client.checkout.sessions;
  const same = (session: Stripe.Checkout.Session) => session.client_reference_id === page.client_reference_id;
  const opened = made(sessions.create(page, { idempotencyKey: key }), () =>
    findFirst(sessions.list({ created: { gte: yesterday() }, limit: 100 }), same),
  );
  return ask(opened);
}

/** One line in dollars: a price in the buyer's own currency would come back as another amount in a refund. */
function checkoutOf({ topUpId, amount }: { topUpId: string; amount: bigint }) {
  const price_data = { currency: 'usd', unit_amount: toCents(amount), product_data: { name: 'Wallet top-up' } };
  return {
    mode: 'payment' as const,
    client_reference_id: topUpId,
    metadata: { topUpId },
    line_items: [{ quantity: 1, price_data }],
    adaptive_pricing: { enabled: false },
  };
}

async function getTopUp(client: Stripe, reference: string): Promise<TopUpStatus> {
  if (reference.startsWith('cs_'))
    return statusOfSession(client, await ask(client.checkout.sessions.retrieve(reference)));

  const intent = await getIntent(client, reference);
  const page = await findPage(client, intent);
  return page ? statusOfSession(client, page) : statusOfIntent(client, intent);
}

/**
 * The hosted page that a payment belongs to, if there is one. The top-up goes by it: a card that was declined there, or
 * a bank that sent the person there, is not its end.
 */
async function findPage(client: Stripe, intent: Stripe.PaymentIntent) {
  const { sessions } = client.checkout;
  const { topUpId, checkout } = intent.metadata;
  const customer = idOf(intent.customer);
  if (checkout) return ask(findFirst(sessions.list({ payment_intent: intent.id }), () => true));
  if (intent.last_payment_error?.code !== 'authentication_required' || !customer) return null;
  return ask(findFirst(sessions.list({ customer, limit: 100 }), ({ metadata }) => metadata?.topUpId === topUpId));
}

async function statusOfSession(client: Stripe, session: Stripe.Checkout.Session): Promise<TopUpStatus> {
  const topUpId = session.metadata?.topUpId ?? null;
  const intentId = idOf(session.payment_intent);
  const open: TopUpStatus = {
    topUpId,
    progress: progressOf(session),
    payments: [],
    refunds: [],
    disputes: [],
    savedMethod: null,
  };
  if (session.status !== 'complete' || intentId === null) return open;

  const status = await statusOfIntent(client, await getIntent(client, intentId));
  // Money of banks that take days is on its way, whatever the intent says, until the session calls it paid.
  if (session.payment_status === 'paid' || status.progress.state === 'failed') return { ...status, topUpId };
  return { ...open, progress: { state: 'processing' } };
}

async function getIntent(client: Stripe, id: string) {
  const expand = ['latest_charge.balance_transaction', 'payment_method'];
  return ask(client.paymentIntents.retrieve(id, { expand }));
}

async function statusOfIntent(client: Stripe, intent: Stripe.PaymentIntent): Promise<TopUpStatus> {
  const topUpId = intent.metadata.topUpId ?? null;
  const charge = intent.latest_charge;
  if (intent.status !== 'succeeded' || charge === null || typeof charge === 'string')
    return { topUpId, progress: progressOfIntent(intent), payments: [], refunds: [], disputes: [], savedMethod: null };

  const payment_intent = intent.id;
  const [refunds, disputes] = await Promise.all([
    ask(listAll(client.refunds.list({ payment_intent, limit: 100 }))),
    ask(listAll(client.disputes.list({ payment_intent, limit: 100 }))),
  ]);
  return {
    topUpId,
    progress: { state: 'succeeded' },
    payments: [paymentOf(charge)],
    refunds: refunds.map(refundOf),
    disputes: disputes.flatMap(disputeOf),
    savedMethod: savedMethodOf(intent),
  };
}

async function chargeSaved(client: Stripe, charge: Charge) {
  const answer = await chargeCard(client, charge).catch(declined);
  if (!(answer instanceof Error)) return { reference: answer.id, status: await getTopUp(client, answer.id) };
  if (answer.code === 'authentication_required') return askPerson(client, charge);

  const reference = answer.payment_intent?.id ?? fail(answer);
  return { reference, status: await getTopUp(client, reference) };
}

function declined(error: unknown) {
  return error instanceof Stripe.errors.StripeCardError ? error : fail(error);
}

async function chargeCard(client: Stripe, { topUpId, amount, savedMethod, key }: Charge) {
  const [customer, payment_method] = partsOf(savedMethod);
  const intents = client.paymentIntents;
  const payment: Stripe.PaymentIntentCreateParams = {
    amount: toCents(amount),
    currency: 'usd',
    customer,
    payment_method,
    off_session: true,
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    metadata: { topUpId },
  };
  return made(intents.create(payment, { idempotencyKey: key }), () =>
    findFirst(intents.list({ customer, limit: 100 }), ({ metadata }) => metadata.topUpId === topUpId),
  );
}

/** The bank wants the person: a page of Stripe's where they confirm, or take another card. It stays open for a day. */
async function askPerson(client: Stripe, charge: Charge) {
  const { topUpId, returnUrl, savedMethod, key } = charge;
  const session = await openPage(client, `${key}:page`, {
    ...checkoutOf(charge),
    metadata: { topUpId, authentication: 'true' },
    success_url: returnUrl,
    cancel_url: returnUrl,
    customer: partsOf(savedMethod)[0],
    payment_intent_data: { metadata: { topUpId, checkout: 'true' }, setup_future_usage: 'off_session' },
    saved_payment_method_options: { allow_redisplay_filters: ['always', 'limited', 'unspecified'] },
  });
  return { reference: session.id, status: await statusOfSession(client, session) };
}

async function findTopUp(client: Stripe, { topUpId, savedMethod, since }: Lost) {
  const customer = savedMethod && partsOf(savedMethod)[0];
  const range = { created: { gte: secondsBefore(since) }, limit: 100, ...(customer && { customer }) };
  const ours = ({ metadata }: { metadata: Stripe.Metadata | null }) => metadata?.topUpId === topUpId;
  const session = await ask(findFirst(client.checkout.sessions.list(range), ours));
  if (session || !customer) return session?.id ?? null;
  const intent = await ask(findFirst(client.paymentIntents.list(range), ours));
  return intent?.id ?? null;
}

async function forgetMethod(client: Stripe, savedMethod: string) {
  const method = await ask(client.paymentMethods.retrieve(partsOf(savedMethod)[1]));
  if (method.customer) await ask(client.paymentMethods.detach(method.id));
}

async function refundPayment(client: Stripe, { paymentId, amount, key }: Refunding) {
  const refund = { charge: paymentId, amount: toCents(amount), metadata: { key } };
  const given = made(client.refunds.create(refund, { idempotencyKey: key }), () =>
    findFirst(client.refunds.list({ charge: paymentId, limit: 100 }), ({ metadata }) => metadata?.key === key),
  );
  return refundOf(await ask(given));
}

function partsOf(savedMethod: string): [customer: string, method: string] {
  const [customer = '', method = ''] = savedMethod.split('/');
  return [customer, method];
}

function yesterday() {
  return secondsBefore(new Date(Date.now() - 86_400_000));
}
