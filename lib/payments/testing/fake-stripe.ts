import { randomBytes } from 'node:crypto';
import Stripe from 'stripe';
import type { LostAnswer, Webhook } from '../provider.contract.ts';
import { type FakeAnswer, type FakeRequest, postTo, serveFake } from './fake-server.ts';
import { type Memory, paramsOf, routesOf } from './fake-stripe-api.ts';
import { openDesk } from './fake-stripe-desk.ts';
import { answerPage, type Button, press } from './fake-stripe-pages.ts';
import { type Card, Things } from './fake-stripe-things.ts';
import { type Raw, Refusal, readForm } from './stripe-params.ts';

const secretKey = 'sk_test_fake_4eC39HqLyjWDarjtT1zdp7dc';
const webhookSecrets = ['whsec_fake_new', 'whsec_fake_old'];
const opening = 1_000_000;

/** A running fake of Stripe, with the other side of it in the test's hands. */
export type FakeStripe = Awaited<ReturnType<typeof startFakeStripe>>;

/**
 * Starts a strict Stripe on loopback: the parameters of the installed SDK's types and no others, one result for each
 * idempotency key (failures of its own included), hosted pages, signed webhooks, a balance that can run out.
 */
export async function startFakeStripe() {
  const post = openPost();
  const things = new Things();
  const desk = openDesk(things, post.emit);
  const memory: Memory = { url: '', things, desk, intentData: new Map(), links: new Map(), nextCharge: undefined };
  const api = openApi(memory);
  const server = await serveFake((request) =>
    /^\/v\d\//.test(request.path) ? api.answer(request) : answerPage(memory, request),
  );
  memory.url = server.url;
  desk.move('topup', 'tu_opening', { amount: opening });
  const session = (id: string) => things.get('checkout.session', id);
  return {
    url: server.url,
    close: server.close,
    secretKey,
    webhookSecrets,
    takeWebhooks: post.take,
    forwardWebhooks: post.forward,
    failNext: api.failNext,
    press: (id: string, button: Button) => press(memory, id, button),
    settleSlow: (id: string, paid: boolean) => desk.settleSlow(session(id), paid),
    expire: (id: string) => desk.expirePage(session(id)),
    nextCharge: (card: Card) => {
      memory.nextCharge = card;
    },
    dispute: (id: string, end: 'inquiry' | 'open' | 'won' | 'lost') => desk.contest(things.get('charge', id), end),
    reverseTransfer: desk.reverseTransfer,
    openAccount: (status: 'active' | 'restricted') => desk.openAccount({}, status).id,
    closeAccount: (id: string) => {
      things.get('v2.core.account', id).closed = true;
    },
    empty: () => desk.move('payout', 'po_all', { amount: -desk.available() }),
  };
}

/** Events in the order in which they happened: sent to an address at once, and kept until taken where none took them. */
function openPost() {
  const { webhooks } = new Stripe(secretKey);
  const kept: Webhook[] = [];
  let address: string | null = null;

  function emit(type: string, about: object) {
    const id = `evt_${randomBytes(12).toString('hex')}`;
    const created = Math.floor(Date.now() / 1000);
    const event = { id, object: 'event', api_version: Stripe.API_VERSION, created, livemode: false, type };
    const payload = JSON.stringify({ ...event, data: { object: about }, pending_webhooks: 1, request: null });
    const signature = webhooks.generateTestHeaderString({ payload, secret: webhookSecrets[0] ?? '' });
    const headers = new Headers({ 'content-type': 'application/json', 'stripe-signature': signature });
    void send({ body: Buffer.from(payload), headers });
  }

  async function send(webhook: Webhook) {
    const { body, headers } = webhook;
    const taken = address !== null && (await postTo(address, { body: new Uint8Array(body), headers }));
    if (!taken) kept.push(webhook);
  }

  return {
    emit,
    take: async () => kept.splice(0),
    forward: (to: string | null) => {
      address = to;
    },
  };
}

type Recorded = { fingerprint: string; answer: { status: number; json: unknown } };

function openApi(memory: Memory) {
  const routes = routesOf(memory);
  const records = new Map<string, Recorded>();
  let fault: LostAnswer | null = null;

  function answer(request: FakeRequest): FakeAnswer {
    try {
      authenticate(request);
      const { route, id } = find(request);
      const params = paramsOf(route, rawOf(request));
      if (request.method !== 'POST') return { status: 200, json: route.answer(params, id) };
      return once(request, route.keyed, () => route.answer(params, id));
    } catch (error) {
      return refused(error);
    }
  }

  function once({ path, body, headers }: FakeRequest, keyed: boolean, work: () => unknown): FakeAnswer {
    const key = headers['idempotency-key'];
    if (keyed && typeof key !== 'string') throw new Refusal(400, 'idempotency_key_missing');
    const known = keyed ? records.get(String(key)) : undefined;
    const fingerprint = `${path} ${body}`;
    if (known && known.fingerprint !== fingerprint)
      throw new Refusal(400, 'keys_reused', { type: 'idempotency_error' });
    if (known) return known.answer;

    const done = attempt(work);
    const how = fault;
    fault = null;
    const broken = { status: 500, json: { error: { type: 'api_error', message: 'An unknown error occurred' } } };
    const answer = how === 'status500' ? broken : done;
    if (keyed) records.set(String(key), { fingerprint, answer });
    return how === 'hangUp' ? 'hangUp' : answer;
  }

  function find({ method, path }: FakeRequest) {
    for (const [call, route] of Object.entries(routes)) {
      const match = new RegExp(`^${call.replace(':id', '(\\w+)')}$`).exec(`${method} ${path}`);
      if (match) return { route, id: match[1] ?? '' };
    }
    throw new Refusal(404, 'url_unknown');
  }

  return {
    answer,
    failNext: (how: LostAnswer) => {
      fault = how;
    },
  };
}

function attempt(work: () => unknown) {
  try {
    // What is remembered under a key is how things stood then.
    return { status: 200, json: structuredClone(work()) };
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown) {
  if (!(error instanceof Refusal)) throw error;
  return { status: error.status, json: { error: error.details } };
}

function authenticate({ headers }: FakeRequest) {
  if (headers.authorization !== `Bearer ${secretKey}`) throw new Refusal(401, 'invalid_api_key');
  if (headers['stripe-version'] !== Stripe.API_VERSION) throw new Refusal(400, 'invalid_api_version');
}

function rawOf({ method, path, query, body }: FakeRequest): Raw {
  if (method === 'GET') return readForm(query);
  return path.startsWith('/v2/') ? (JSON.parse(body) as Raw) : readForm(new URLSearchParams(body));
}
