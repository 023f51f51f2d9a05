import { createHmac, randomBytes } from 'node:crypto';
import type { LostAnswer, Webhook } from '../provider.contract.ts';
import { type FakeAnswer, type FakeRequest, fakePage, postTo, serveFake } from './fake-server.ts';

type PaymentState = 'Processing' | 'Settled' | 'Invalid';
type PayoutState = 'AwaitingApproval' | 'AwaitingPayment' | 'InProgress' | 'Completed' | 'Cancelled';
type Body = Record<string, unknown>;

type Invoice = {
  id: string;
  amount: string;
  checkoutLink: string;
  createdTime: number;
  status: 'New' | 'Processing' | 'Expired' | 'Invalid' | 'Settled';
  additionalStatus: 'None' | 'PaidLate' | 'PaidPartial' | 'PaidOver';
  metadata: { orderId?: string };
  redirectURL: string;
  payments: { id: string; receivedDate: number; value: string; fee: string; status: PaymentState }[];
};
type Allowance = { id: string; name: string; amount: string; currency: string; archived: boolean };
type Payout = {
  id: string;
  date: number;
  pullPaymentId: string;
  destination: string;
  originalCurrency: 'USD';
  originalAmount: string;
  state: PayoutState;
};

const key = 'btcpay_fake_key_7c1e';
const store = 'FakeStore';
const webhookSecrets = ['btcpay_fake_new', 'btcpay_fake_old'];
/** Dollars for a coin, fixed in every invoice. */
const rate = 64_392.23;

/** What may be sent where, by the server's own description of its API; everything else is refused. */
const allowed: Record<string, string[]> = {
  invoices: ['amount', 'currency', 'metadata', 'checkout', 'receipt', 'additionalSearchTerms'],
  checkout: [
    'speedPolicy',
    'paymentMethods',
    'defaultPaymentMethod',
    'lazyPaymentMethods',
    'expirationMinutes',
    'monitoringMinutes',
    'paymentTolerance',
    'redirectURL',
    'redirectAutomatically',
    'defaultLanguage',
  ],
  'pull-payments': [
    'name',
    'description',
    'amount',
    'currency',
    'BOLT11Expiration',
    'autoApproveClaims',
    'startsAt',
    'expiresAt',
    'payoutMethods',
  ],
  payouts: ['destination', 'amount', 'payoutMethodId', 'pullPaymentId', 'approved', 'metadata'],
};

/** A running fake of a BTCPay Server, with the other side of it in the test's hands. */
export type FakeBtcpay = Awaited<ReturnType<typeof startFakeBtcpay>>;

/** Starts a strict BTCPay Server on loopback, with one store: invoices, allowances, payouts, signed webhooks. */
export async function startFakeBtcpay() {
  const books = openStore();
  const server = await serveFake((request) =>
    request.path.startsWith('/api/') ? books.answer(request) : books.page(request),
  );
  books.moveTo(server.url);
  const { pay, settle, expire, movePayout, holdPayouts, take, forward, redeliver, failNext } = books;
  return {
    url: server.url,
    close: server.close,
    ...{ key, store, webhookSecrets, pay, settle, expire, movePayout, holdPayouts, redeliver, failNext },
    takeWebhooks: take,
    forwardWebhooks: forward,
  };
}

class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.body = status === 422 ? [{ path: code, message: `${code} is not valid` }] : { code, message: code };
  }
}

function openStore() {
  const [invoices, allowances, payouts] = [
    new Map<string, Invoice>(),
    new Map<string, Allowance>(),
    new Map<string, Payout>(),
  ];
  const post = openPost();
  let url = '';
  let held = false;
  let fault: LostAnswer | null = null;

  const invoiceOf = (id: string) => invoices.get(id) ?? refuse(404, 'invoice-not-found');
  const worth = ({ payments }: Invoice) =>
    payments.reduce((sum, { value, status }) => sum + (status === 'Invalid' ? 0 : Number(value) * rate), 0);

  function openInvoice(body: Body) {
    const {
      amount,
      currency,
      metadata = {},
      checkout = {},
    } = body as { amount: string; currency: string; metadata?: Body; checkout?: Body };
    if (!/^\d+(\.\d+)?$/.test(amount) || Number(amount) <= 0) refuse(422, 'amount');
    if (currency !== 'USD') refuse(422, 'currency');
    const id = randomBytes(11).toString('hex');
    const fresh = { status: 'New', additionalStatus: 'None', payments: [], createdTime: now() } as const;
    const links = { checkoutLink: `${url}/i/${id}`, redirectURL: String(checkout.redirectURL ?? '') };
    const invoice: Invoice = { id, amount, metadata, ...links, ...fresh, payments: [] };
    invoices.set(id, invoice);
    post.emit('InvoiceCreated', { invoiceId: id });
    return invoice;
  }

  /** A payment arrives; it is worth `dollars`, or what is due, and waits for blocks unless it is to be settled at once. */
  function pay(invoiceId: string, { dollars, settled = true }: { dollars?: number; settled?: boolean } = {}) {
    const invoice = invoiceOf(invoiceId);
    const due = dollars ?? Math.max(0, Number(invoice.amount) - worth(invoice));
    const value = (Math.ceil((due / rate) * 1e8) / 1e8).toFixed(8);
    const id = `${randomBytes(32).toString('hex')}-0`;
    invoice.payments.push({ id, receivedDate: now(), value, fee: '0', status: 'Processing' });
    const over = worth(invoice) - Number(invoice.amount);
    if (invoice.status === 'Expired') invoice.additionalStatus = over > -0.005 ? 'PaidLate' : 'PaidPartial';
    else if (over > 0.01) invoice.additionalStatus = 'PaidOver';
    if (invoice.status === 'New' && over > -0.005) invoice.status = 'Processing';
    post.emit('InvoiceReceivedPayment', { invoiceId, payment: { id, value, status: 'Processing' } });
    if (settled) settle(invoiceId);
    return id;
  }

  /** Blocks have come, or never will: what waited is settled, or invalid. */
  function settle(invoiceId: string, outcome: 'Settled' | 'Invalid' = 'Settled') {
    const invoice = invoiceOf(invoiceId);
    for (const payment of invoice.payments.filter(({ status }) => status === 'Processing')) {
      payment.status = outcome;
      if (outcome === 'Settled') post.emit('InvoicePaymentSettled', { invoiceId, payment: { id: payment.id } });
    }
    if (invoice.status !== 'Processing') return;
    invoice.status = outcome;
    post.emit(`Invoice${outcome}`, { invoiceId });
  }

  function expire(invoiceId: string) {
    const invoice = invoiceOf(invoiceId);
    if (invoice.status !== 'New') refuse(400, 'invalid-state');
    const partiallyPaid = invoice.payments.length > 0;
    Object.assign(invoice, { status: 'Expired', additionalStatus: partiallyPaid ? 'PaidPartial' : 'None' });
    post.emit('InvoiceExpired', { invoiceId, partiallyPaid });
  }

  function openAllowance({ name = '', amount, currency }: Body) {
    if (!/^\d+(\.\d+)?$/.test(String(amount))) refuse(422, 'amount');
    const id = randomBytes(15).toString('hex');
    const allowance = { id, name: String(name), amount: String(amount), currency: String(currency), archived: false };
    allowances.set(id, allowance);
    return allowance;
  }

  function draw(body: Body) {
    const {
      destination = '',
      amount = '',
      pullPaymentId = '',
      approved,
      payoutMethodId,
    } = body as Record<string, string>;
    const allowance = allowances.get(pullPaymentId) ?? refuse(404, 'pullpayment-not-found');
    if (allowance.archived) refuse(400, 'archived');
    if (!/^(bcrt1\w{10,90}|\S+@\S+)$/.test(destination) || destination.startsWith('closed@'))
      refuse(422, 'destination');
    if (payoutMethodId !== (destination.includes('@') ? 'BTC-LN' : 'BTC-CHAIN'))
      refuse(400, 'payment-method-not-supported');
    const live = [...payouts.values()].filter(({ state }) => state !== 'Cancelled');
    const used = live
      .filter((payout) => payout.pullPaymentId === pullPaymentId)
      .reduce((sum, { originalAmount }) => sum + Number(originalAmount), 0);
    if (used + Number(amount) > Number(allowance.amount)) refuse(400, 'overdraft');
    if (live.some((payout) => payout.destination === destination && payout.state !== 'Completed'))
      refuse(400, 'duplicate-destination');
    const id = randomBytes(15).toString('hex');
    const state: PayoutState = !approved ? 'AwaitingApproval' : held ? 'AwaitingPayment' : 'Completed';
    const payout: Payout = {
      id,
      date: now(),
      pullPaymentId,
      destination,
      originalCurrency: 'USD',
      originalAmount: amount,
      state,
    };
    payouts.set(id, payout);
    post.emit('PayoutCreated', { payoutId: id, pullPaymentId, payoutState: state });
    return payout;
  }

  /** Whoever pays for the store approves, pays or cancels. */
  function movePayout(id: string, state: PayoutState) {
    const payout = payouts.get(id) ?? refuse(404, 'payout-not-found');
    if (payout.state === 'Completed' || payout.state === 'Cancelled') refuse(400, 'invalid-state');
    payout.state = state;
    post.emit('PayoutUpdated', { payoutId: id, payoutState: state });
  }

  function archive(id: string) {
    const allowance = allowances.get(id) ?? refuse(404, 'pullpayment-not-found');
    allowance.archived = true;
    for (const payout of payouts.values())
      if (payout.pullPaymentId === id && payout.state !== 'Completed') payout.state = 'Cancelled';
  }

  const inStore: Record<string, (request: { id: string; query: URLSearchParams; body: Body }) => unknown> = {
    'POST invoices': ({ body }) => openInvoice(body),
    'GET invoices': ({ query }) => {
      const orders = query.getAll('orderId');
      const wanted = [...invoices.values()]
        .filter(({ metadata }) => orders.length === 0 || orders.includes(metadata.orderId ?? ''))
        .filter(({ createdTime }) => createdTime >= Number(query.get('startDate') ?? 0));
      const skip = Number(query.get('skip') ?? 0);
      return wanted.toReversed().slice(skip, skip + Number(query.get('take') ?? 50));
    },
    'GET invoices/:id': ({ id }) => invoiceOf(id),
    'GET invoices/:id/payment-methods': ({ id }) => [
      { paymentMethodId: 'BTC-CHAIN', currency: 'BTC', rate: rate.toFixed(2), payments: invoiceOf(id).payments },
    ],
    'POST pull-payments': ({ body }) => openAllowance(body),
    'GET pull-payments': ({ query }) =>
      [...allowances.values()].filter(({ archived }) => !archived || query.get('includeArchived') === 'true'),
    'DELETE pull-payments/:id': ({ id }) => archive(id),
    'POST payouts': ({ body }) => draw(body),
    'GET payouts': () => [...payouts.values()].filter(({ state }) => state !== 'Cancelled'),
  };

  function answer(request: FakeRequest): FakeAnswer {
    try {
      if (request.headers.authorization !== `token ${key}`) refuse(401, 'unauthenticated');
      const done = { status: 200, json: structuredClone(route(request)) ?? null };
      // Opening an allowance moves nothing yet.
      const counts = request.method === 'POST' && !request.path.endsWith('pull-payments');
      const how = counts ? fault : null;
      if (counts) fault = null;
      if (how === 'hangUp') return how;
      return how ? { status: 500, json: { code: 'generic-error', message: 'An error occurred' } } : done;
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, json: error.body };
      throw error;
    }
  }

  function route({ method, path, query, body }: FakeRequest) {
    const drawn = /^\/api\/v1\/pull-payments\/(\w+)\/payouts$/.exec(path);
    if (drawn) return [...payouts.values()].filter(({ pullPaymentId }) => pullPaymentId === drawn[1]);
    const [, asked = '', rest = ''] = /^\/api\/v1\/stores\/(\w+)\/(.+)$/.exec(path) ?? [];
    if (asked !== store) refuse(403, 'missing-permission');
    for (const [call, work] of Object.entries(inStore)) {
      const match = new RegExp(`^${call.replace(':id', '(\\w+)')}$`).exec(`${method} ${rest}`);
      if (match) return work({ id: match[1] ?? '', query, body: read(rest, body) });
    }
    return refuse(404, 'route-not-found');
  }

  /** The page that an invoice links to. */
  function page({ method, path }: FakeRequest): FakeAnswer {
    const [, , id = '', button] = path.split('/');
    const invoice = invoices.get(id);
    if (!invoice) return { status: 404, html: fakePage('No such invoice', {}) };
    if (method === 'POST' && button === 'expire') expire(id);
    else if (method === 'POST' && button) pay(id, button === 'half' ? { dollars: Number(invoice.amount) / 2 } : {});
    if (method === 'POST')
      return { redirectTo: invoice.status === 'Settled' ? invoice.redirectURL : invoice.checkoutLink };
    const buttons = { Pay: `/i/${id}/pay`, 'Pay half': `/i/${id}/half`, 'Let it expire': `/i/${id}/expire` };
    return { status: 200, html: fakePage(`Pay $${invoice.amount} (${invoice.status})`, buttons) };
  }

  return {
    ...post,
    ...{ answer, page, pay, settle, expire, movePayout },
    moveTo: (address: string) => {
      url = address;
    },
    holdPayouts: (hold: boolean) => {
      held = hold;
    },
    failNext: (how: LostAnswer) => {
      fault = how;
    },
  };
}

function read(rest: string, text: string): Body {
  if (text === '') return {};
  const body: Body = JSON.parse(text);
  const unknown = (names: string[] | undefined, given: object) =>
    Object.keys(given).find((name) => !names?.includes(name));
  const stray = unknown(allowed[rest], body) ?? unknown(allowed.checkout, (body.checkout as object | undefined) ?? {});
  return stray ? refuse(422, stray) : body;
}

/** Events, signed: sent to an address at once, and kept until taken where none took them. */
function openPost() {
  const kept: Webhook[] = [];
  let address: string | null = null;

  function sign(event: object): Webhook {
    const body = Buffer.from(JSON.stringify(event));
    const signature = createHmac('sha256', webhookSecrets[0] ?? '')
      .update(body)
      .digest('hex');
    return { body, headers: new Headers({ 'content-type': 'application/json', 'btcpay-sig': `sha256=${signature}` }) };
  }

  async function send(webhook: Webhook) {
    const { body, headers } = webhook;
    if (address === null || !(await postTo(address, { body: new Uint8Array(body), headers }))) kept.push(webhook);
  }

  return {
    emit: (type: string, about: object) => {
      const deliveryId = randomBytes(11).toString('hex');
      const delivery = { deliveryId, originalDeliveryId: deliveryId, isRedelivery: false, webhookId: 'wh' };
      void send(sign({ ...delivery, type, timestamp: now(), storeId: store, ...about }));
    },
    /** The same event once more, as the server sends it when nobody took it. */
    redeliver: ({ body }: Webhook) => {
      const event: Body = JSON.parse(Buffer.from(body).toString());
      return sign({ ...event, deliveryId: randomBytes(11).toString('hex'), isRedelivery: true, timestamp: now() });
    },
    take: async () => kept.splice(0),
    forward: (to: string | null) => {
      address = to;
    },
  };
}

function refuse(status: number, code: string): never {
  throw new Refusal(status, code);
}

function now() {
  return Math.floor(Date.now() / 1000);
}
