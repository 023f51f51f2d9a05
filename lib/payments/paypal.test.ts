import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { paypalProvider } from './paypal.ts';
import { providerContract, type Webhook } from './provider.contract.ts';
import { PaymentError } from './provider.ts';
import { startFakePaypal } from './testing/fake-paypal.ts';
import { openPaypalSandbox } from './testing/paypal-sandbox.ts';
import { dollars, tillOf } from './testing/till.ts';

const decisions = { pays: 'approve', declines: 'approveDeclined', leaves: 'cancel' } as const;

async function openBench() {
  const fake = await startFakePaypal();
  return {
    fake,
    // Elsewhere it has no slash at its end; operators write it either way.
    provider: paypalProvider({ ...fake, url: `${fake.url}/`, vault: true }),
    get secrets() {
      return fake.secrets();
    },
    pay: async (reference: string, how: keyof typeof decisions = 'pays') => {
      fake.decide(reference, decisions[how]);
    },
    takeWebhooks: fake.takeWebhooks,
    failNext: fake.failNext,
    refuseNext: () => void fake.refuseNext(),
    destinations: { open: 'owner@example.org', closed: 'closed@example.org' },
    dispute: async (paymentId: string, end: 'open' | 'won' | 'lost') => fake.dispute(paymentId, end),
    close: fake.close,
  };
}

await providerContract('PayPal', openBench);

const { PAYPAL_URL: url = '', PAYPAL_CLIENT_ID: clientId = '', PAYPAL_CLIENT_SECRET: clientSecret = '' } = process.env;
const { PAYPAL_SANDBOX_EMAIL: email, PAYPAL_SANDBOX_PASSWORD: password, PAYPAL_VAULT: vault } = process.env;
if (url.includes('sandbox') && email && password) {
  const settings = { url, clientId, clientSecret, webhookId: '', vault: vault === 'true' };
  await providerContract('PayPal’s sandbox', () => openPaypalSandbox(settings, { email, password }));
} else test.skip('PayPal’s sandbox was not asked: PAYPAL_URL and PAYPAL_SANDBOX_EMAIL do not name it', () => {});

const bench = await openBench();
const { fake, provider } = bench;

describe('PayPal alone', () => {
  const till = tillOf(bench);
  afterAll(bench.close);

  const read = ({ body, headers }: Webhook) => provider.readWebhook?.(body, headers) ?? null;
  const complete = async (reference: string) => provider.completeTopUp?.({ reference, key: randomUUID() });
  const eventsSince = async () => Promise.all((await fake.takeWebhooks()).map(read));

  async function approved() {
    const { reference, action } = await provider.beginTopUp(till.request());
    fake.decide(reference, 'approve');
    return { reference, action };
  }

  async function savedWallet() {
    const { asked, status } = await till.topUp({ saveMethod: true });
    const savedMethod = status.savedMethod?.reference ?? '';
    const { party, returnUrl } = asked;
    return { topUpId: randomUUID(), amount: dollars(15), party, returnUrl, savedMethod, key: randomUUID() };
  }

  test('the button has an order, and browsers without scripts walk the same one by redirect', async () => {
    const { reference, action } = await provider.beginTopUp(till.request());
    expect(action).toMatchObject({ kind: 'button', id: reference });
    const page = action.kind === 'button' ? action.fallbackUrl : '';
    expect(await (await fetch(page)).text()).toContain('>Approve<');
    const back = await fetch(`${page}&decision=approve`, { method: 'POST', redirect: 'manual' });
    expect(back.headers.get('location')).toMatch(`token=${reference}`);
    expect(await complete(reference)).toMatchObject({ progress: { state: 'succeeded' } });
  });

  test('the fee is told before paying as PayPal then takes it', async () => {
    for (const amount of [10, 20, 50].map(dollars)) {
      const { payment } = await till.topUp({ amount });
      expect(payment.fee).toEqual({ currency: 'USD', amount: provider.estimateFee(amount, 'in') });
    }
  });

  test.each(['COMPLETED', 'DECLINED'] as const)('money that PayPal holds is not there until it is %s', async (end) => {
    const { reference } = await approved();
    fake.holdNext();
    expect(await complete(reference)).toMatchObject({ progress: { state: 'processing' }, payments: [] });
    fake.clear(reference, end);
    const { progress, payments } = await provider.getTopUp(reference);
    expect(progress.state).toBe(end === 'COMPLETED' ? 'succeeded' : 'failed');
    expect(payments).toHaveLength(end === 'COMPLETED' ? 1 : 0);
  });

  test('a person whose card is declined is sent to choose another, and pays once with that', async () => {
    const { reference, action } = await provider.beginTopUp(till.request());
    fake.decide(reference, 'approveDeclined');
    const url = action.kind === 'button' ? action.fallbackUrl : '';
    const progress = { state: 'requiresAction', action: { kind: 'redirect', url } };
    expect(await complete(reference)).toMatchObject({ progress, payments: [] });
    fake.decide(reference, 'approve');
    expect((await complete(reference))?.payments).toHaveLength(1);
  });

  test('an order that PayPal has dropped unpaid has expired; money that was there is never denied', async () => {
    const { reference } = await provider.beginTopUp(till.request());
    const paid = await till.topUp();
    for (const order of [reference, paid.reference]) fake.forgetOrder(order);
    expect(await complete(reference)).toMatchObject({ progress: { state: 'expired' }, payments: [] });
    expect(await till.attempt(provider.getTopUp(paid.reference))).toBeInstanceOf(PaymentError);
  });

  test('a refused automatic top-up stays refused, with what the person reads, whenever it is asked about', async () => {
    const charge = await savedWallet();
    fake.refuseNext();
    const answer = await provider.chargeSaved?.(charge);
    const reason = expect.stringContaining('could not take the money');
    expect(answer?.status).toMatchObject({ topUpId: charge.topUpId, progress: { state: 'failed', reason } });
    expect(await provider.getTopUp(answer?.reference ?? '')).toEqual(answer?.status);
    expect(await complete(answer?.reference ?? '')).toEqual(answer?.status);
  });

  test('a wallet that PayPal has not saved yet is none to charge', async () => {
    fake.saveNextLater();
    expect((await till.topUp({ saveMethod: true })).status.savedMethod).toBeNull();
  });

  test('while reports are late a lost charge is neither found nor denied, and its key still finds it', async () => {
    const charge = await savedWallet();
    const made = await provider.chargeSaved?.(charge);
    fake.delayReports(true);
    const search = (hoursAgo: number) => {
      const since = new Date(Date.now() - hoursAgo * 3_600_000);
      return till.attempt(provider.findTopUp?.({ ...charge, since }) ?? Promise.resolve(null));
    };
    expect(await search(1)).toMatchObject({ failure: 'unknown' });
    expect(await provider.chargeSaved?.(charge)).toEqual(made);
    fake.delayReports(false);
    expect(await search(1)).toBe(made?.reference);
  });

  test('a payout that nobody has claimed is neither paid nor lost, and says so when it comes back', async () => {
    const payout = { payoutId: randomUUID(), destination: 'unclaimed@example.org', amount: dollars(25) };
    await fake.takeWebhooks();
    const begun = await provider.beginPayout?.({ ...payout, key: 'waiting' });
    expect(begun).toMatchObject({ state: 'unclaimed', fee: { currency: 'USD', amount: 500_000n } });
    fake.endPayout('waiting', 'RETURNED');
    const known = { ...payout, key: 'waiting', reference: begun?.reference ?? '', since: new Date() };
    expect(await provider.findPayout?.(known)).toMatchObject({ state: 'returned', reason: 'RECEIVER_RETURNED' });
    const keys = (await eventsSince()).map((event) => event?.payoutKeys);
    expect(keys).toEqual([['waiting'], ['waiting']]);
  });

  test('webhooks about wallets, refunds and disputes name the top-up that they are about', async () => {
    const { reference, payment } = await till.topUp({ saveMethod: true });
    await provider.refund?.({ reference, paymentId: payment.id, amount: dollars(1), key: 'some' });
    fake.dispute(payment.id, 'won');
    const events = await eventsSince();
    const about = events.filter((event) => event?.references.includes(reference)).map((event) => event?.type);
    const captured = ['VAULT.PAYMENT-TOKEN.CREATED', 'PAYMENT.CAPTURE.COMPLETED', 'PAYMENT.CAPTURE.REFUNDED'];
    expect(about).toEqual(
      expect.arrayContaining([...captured, 'CUSTOMER.DISPUTE.CREATED', 'CUSTOMER.DISPUTE.RESOLVED']),
    );
  });

  test('a webhook about money that is not ours, or of a kind that we do not know, names no top-up', async () => {
    await fake.takeWebhooks();
    fake.emit('CUSTOMER.DISPUTE.CREATED', { disputed_transactions: [{ seller_transaction_id: 'ELSEWHERE' }] });
    fake.emit('BILLING.PLAN.CREATED', { id: 7 });
    expect(await eventsSince()).toMatchObject([{ references: [] }, { references: [] }]);
  });

  test('a refund made on PayPal’s own pages is known as none of ours', async () => {
    const { reference, payment } = await till.topUp();
    fake.giveBack(payment.id, 4);
    const refunds = [{ key: null, amount: { currency: 'USD', amount: dollars(4) }, state: 'succeeded' }];
    expect((await provider.getTopUp(reference)).refunds).toMatchObject(refunds);
  });

  test('what PayPal takes back for a dispute is told once, as the dispute', async () => {
    const { reference, payment } = await till.topUp();
    fake.giveBack(payment.id, 4);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    fake.dispute(payment.id, 'lost');
    fake.giveBack(payment.id, 16);
    vi.useRealTimers();
    const { refunds, disputes } = await provider.getTopUp(reference);
    expect(refunds.map(({ amount }) => amount.amount)).toEqual([dollars(4)]);
    expect(disputes).toHaveLength(1);
  });

  test('what a dispute costs beside its amount is known as its fee', async () => {
    const { reference, payment } = await till.topUp();
    fake.dispute(payment.id, 'lost');
    expect((await provider.getTopUp(reference)).disputes).toMatchObject([{ fee: { amount: dollars(15) } }]);
  });

  test.each([
    'https://paypal.com.evil.example/v1/notifications/certs/CERT-1',
    'https://evilpaypal.com/v1/notifications/certs/CERT-1',
    'http://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com/redirect?to=https://evil.example/v1/notifications/certs/CERT-1',
    'https://user@api.paypal.com/v1/notifications/certs/CERT-1',
    'file:///v1/notifications/certs/CERT-1',
    'CERT-1',
  ])('a certificate at %s is not even fetched', async (address) => {
    await fake.takeWebhooks();
    fake.emit('PAYMENT.CAPTURE.COMPLETED', { id: 'X' });
    const [webhook] = await fake.takeWebhooks();
    const headers = new Headers(webhook?.headers);
    headers.set('paypal-cert-url', address);
    const fetched = vi.spyOn(globalThis, 'fetch');
    expect(await read({ body: webhook?.body ?? new Uint8Array(), headers })).toBeNull();
    expect(fetched).not.toHaveBeenCalled();
    fetched.mockRestore();
  });

  test('a webhook for another webhook id of the same account is not ours', async () => {
    await till.topUp();
    const [webhook] = await fake.takeWebhooks();
    const other = paypalProvider({ ...fake, vault: true, webhookId: 'ANOTHER' });
    expect(await other.readWebhook?.(webhook?.body ?? new Uint8Array(), webhook?.headers ?? new Headers())).toBeNull();
  });

  test('a token that PayPal has taken back is replaced', async () => {
    await provider.listBalances();
    fake.endTokens();
    expect(await provider.listBalances()).toMatchObject([{ currency: 'USD' }]);
  });

  test('a call for which there was no token was certainly not carried out', async () => {
    const fresh = paypalProvider({ ...fake, vault: true });
    fake.loseNextToken();
    expect(await till.attempt(fresh.beginTopUp(till.request()))).toMatchObject({ failure: 'notDone' });
  });

  test('wrong keys are the admin’s to mend, and are told to nobody', async () => {
    const wrong = paypalProvider({ ...fake, vault: true, clientSecret: 'not-the-secret' });
    const error = await wrong.listBalances().catch((failure: unknown) => failure);
    expect(error).toMatchObject({ failure: 'misconfigured' });
    expect(inspect(error, { depth: 9 })).not.toContain('not-the-secret');
  });

  test('an account that may not save wallets offers no automatic top-ups', () => {
    const plain = paypalProvider({ ...fake, vault: false });
    expect(plain.capabilities.autoTopUp).toBe(false);
    expect(plain.chargeSaved).toBeUndefined();
  });
});
