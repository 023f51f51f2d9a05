import { createHmac, randomBytes } from 'node:crypto';
import type { LostAnswer, Webhook } from '../provider.contract.ts';
import { type Body, now, openStore, Refusal, refuse } from './fake-btcpay-store.ts';
import { type FakeAnswer, type FakeRequest, fakePage, postTo, serveFake } from './fake-server.ts';

const key = 'btcpay_fake_key_7c1e';
const store = 'FakeStore';
const webhookSecrets = ['btcpay_fake_new', 'btcpay_fake_old'];
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

type Store = ReturnType<typeof openStore>;

/** Starts a strict BTCPay Server on loopback, with one store: invoices, allowances, payouts, signed webhooks. */
export async function startFakeBtcpay() {
  const post = openPost();
  const books = openStore(post.emit);
  const api = openApi(books);
  const server = await serveFake((request) =>
    request.path.startsWith('/api/') ? api.answer(request) : showPage(books, request),
  );
  books.moveTo(server.url);
  const { pay, settle, expire, movePayout, holdPayouts } = books;
  return {
    url: server.url,
    close: server.close,
    ...{ key, store, webhookSecrets, pay, settle, expire, movePayout, holdPayouts },
    failNext: api.failNext,
    redeliver: post.redeliver,
    takeWebhooks: post.take,
    forwardWebhooks: post.forward,
  };
}

type Asked = { id: string; query: URLSearchParams; body: Body };

/** The calls that our adapter makes; all others are unknown here. */
function routesOf(books: Store): Record<string, (asked: Asked) => unknown> {
  return {
    'POST invoices': ({ body }) => books.openInvoice(body),
    'GET invoices': ({ query }) => books.listInvoices(query),
    'GET invoices/:id': ({ id }) => books.invoiceOf(id),
    'GET invoices/:id/payment-methods': ({ id }) => books.methodsOf(id),
    'POST pull-payments': ({ body }) => books.openAllowance(body),
    'GET pull-payments': ({ query }) =>
      books.allowances().filter(({ archived }) => !archived || query.get('includeArchived') === 'true'),
    'DELETE pull-payments/:id': ({ id }) => books.archive(id),
    'POST payouts': ({ body }) => books.draw(body),
    'GET payouts': () => books.payouts().filter(({ state }) => state !== 'Cancelled'),
  };
}

function openApi(books: Store) {
  const routes = routesOf(books);
  let fault: LostAnswer | null = null;

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
    if (drawn) return books.payouts().filter(({ pullPaymentId }) => pullPaymentId === drawn[1]);
    const [, asked = '', rest = ''] = /^\/api\/v1\/stores\/(\w+)\/(.+)$/.exec(path) ?? [];
    if (asked !== store) refuse(403, 'missing-permission');
    for (const [call, work] of Object.entries(routes)) {
      const match = new RegExp(`^${call.replace(':id', '(\\w+)')}$`).exec(`${method} ${rest}`);
      if (match) return work({ id: match[1] ?? '', query, body: read(rest, body) });
    }
    return refuse(404, 'route-not-found');
  }

  return {
    answer,
    failNext: (how: LostAnswer) => {
      fault = how;
    },
  };
}

/** The page that an invoice links to. */
function showPage(books: Store, { method, path }: FakeRequest): FakeAnswer {
  const [, , id = '', button] = path.split('/');
  const invoice = books.invoiceOf(id);
  if (method === 'POST' && button === 'expire') books.expire(id);
  else if (method === 'POST') books.pay(id, button === 'half' ? { dollars: Number(invoice.amount) / 2 } : {});
  if (method === 'POST')
    return { redirectTo: invoice.status === 'Settled' ? invoice.redirectURL : invoice.checkoutLink };
  const buttons = { Pay: `/i/${id}/pay`, 'Pay half': `/i/${id}/half`, 'Let it expire': `/i/${id}/expire` };
  return { status: 200, html: fakePage(`Pay $${invoice.amount} (${invoice.status})`, buttons) };
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
