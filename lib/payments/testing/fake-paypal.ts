import { randomBytes } from 'node:crypto';
import { type Emit, openAccount } from './fake-paypal-account.ts';
import { openApi, Refused } from './fake-paypal-api.ts';
import { openDisputes } from './fake-paypal-disputes.ts';
import { type Decision, openOrders } from './fake-paypal-orders.ts';
import { makeWebhooks, webhookId } from './fake-paypal-webhooks.ts';
import { type FakeAnswer, type FakeRequest, fakePage, serveFake } from './fake-server.ts';

const [clientId, clientSecret] = ['fake-client-AQ7x', 'fake-secret-EKx93tLq'];
const CERTIFICATE = '/v1/notifications/certs/CERT-fake';

/** A running fake of PayPal, with the other side of it in the test's hands. */
export type FakePaypal = Awaited<ReturnType<typeof startFakePaypal>>;

/**
 * Starts a strict PayPal on loopback: tokens, request ids, no unknown parameter, an approval page, webhooks signed by a
 * certificate of its own, an account with balances and reports.
 */
export async function startFakePaypal() {
  const webhooks = makeWebhooks();
  const tokens = new Set<string>();
  const grants = { lost: 0 };
  const page = { url: '' };
  const emit: Emit = (type, resource) => webhooks.emit(page.url + CERTIFICATE, type, resource);
  const account = openAccount(emit);
  const orders = openOrders(account, emit, page);
  const disputes = openDisputes(account, emit);
  const routes = [...orders.routes, ...account.routes, ...disputes.routes];
  const api = openApi(routes, (authorization) => tokens.has(authorization.replace(/^Bearer /, '')));

  const server = await serveFake((request) => {
    if (request.path === CERTIFICATE) return { status: 200, html: webhooks.certificate };
    if (request.path === '/v1/oauth2/token') return grants.lost-- > 0 ? 'hangUp' : grant(tokens, request);
    if (request.path === '/checkoutnow') return approvalPage(request, orders.decide);
    return api.answer(request);
  });
  page.url = server.url;

  return {
    url: server.url,
    clientId,
    clientSecret,
    webhookId,
    /** Everything that an error must not tell. */
    secrets: () => [clientSecret, Buffer.from(`${clientId}:${clientSecret}`).toString('base64'), ...tokens],
    decide: orders.decide,
    failNext: api.failNext,
    refuseNext: () => Object.assign(orders.next, { refused: true }),
    holdNext: () => Object.assign(orders.next, { pending: true }),
    saveNextLater: () => Object.assign(orders.next, { walletLater: true }),
    clear: orders.clear,
    giveBack: orders.giveBack,
    forgetOrder: orders.forgetOrder,
    dispute: (captureId: string, end: 'open' | 'won' | 'lost') => {
      disputes.contest(orders.findCapture(captureId).made, end);
    },
    endPayout: account.endPayout,
    delayReports: (late: boolean) => Object.assign(account.late, { reports: late }),
    endTokens: () => tokens.clear(),
    loseNextToken: () => Object.assign(grants, { lost: 1 }),
    takeWebhooks: webhooks.take,
    sendWebhooksTo: webhooks.sendTo,
    emit,
    close: server.close,
  };
}

function grant(tokens: Set<string>, { method, headers, body }: FakeRequest): FakeAnswer {
  const expected = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  if (headers.authorization !== expected) return { status: 401, json: { error: 'invalid_client' } };
  if (method !== 'POST' || body !== 'grant_type=client_credentials') return new Refused(400, 'INVALID_GRANT').answer;
  const token = `A21AA${randomBytes(24).toString('base64url')}`;
  tokens.add(token);
  return { status: 200, json: { access_token: token, token_type: 'Bearer', expires_in: 32_400 } };
}

const labels: Record<string, Decision> = {
  Approve: 'approve',
  'Approve with a card that is declined': 'approveDeclined',
  Cancel: 'cancel',
};

/** Where a payer approves or cancels; in a pop-up it tells its opener instead of going on. */
function approvalPage({ method, query }: FakeRequest, decide: (id: string, decision: Decision) => string): FakeAnswer {
  const token = query.get('token') ?? '';
  const popUp = query.has('popup') ? '&popup' : '';
  if (method !== 'POST') {
    const action = (decision: Decision) => `/checkoutnow?token=${token}&decision=${decision}${popUp}`;
    const buttons = Object.entries(labels).map(([label, decision]) => [label, action(decision)]);
    return { status: 200, html: fakePage('Pay with PayPal', Object.fromEntries(buttons)) };
  }
  const decision = query.get('decision') as Decision;
  const next = decide(token, decision);
  if (!popUp) return { redirectTo: next };
  const told = JSON.stringify({ orderId: token, decision });
  return { status: 200, html: `<script>opener.postMessage(${told}, '*'); close();</script>` };
}
