import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import Stripe from 'stripe';
import { afterAll, describe, expect, test } from 'vitest';
import { providerContract, type Webhook } from './provider.contract.ts';
import type { PaymentError } from './provider.ts';
import { stripeProvider } from './stripe.ts';
import { startFakeStripe } from './testing/fake-stripe.ts';
import { openSandbox } from './testing/stripe-sandbox.ts';
import { dollars, tillOf } from './testing/till.ts';

async function openBench() {
  const fake = await startFakeStripe();
  const { url, secretKey, webhookSecrets, takeWebhooks, failNext, openAccount, closeAccount, close } = fake;
  const closed = openAccount('active');
  closeAccount(closed);
  return {
    fake,
    provider: stripeProvider({ secretKey, webhookSecrets, url }),
    secrets: [secretKey, ...webhookSecrets],
    pay: async (reference: string, how: 'pays' | 'declines' | 'leaves' = 'pays') => {
      fake.press(reference, ({ pays: 'pay', declines: 'decline', leaves: 'back' } as const)[how]);
    },
    takeWebhooks,
    failNext,
    refuseNext: () => fake.nextCharge('declines'),
    destinations: { open: openAccount('active'), closed },
    dispute: async (paymentId: string, end: 'open' | 'won' | 'lost') => fake.dispute(paymentId, end),
    close,
  };
}

await providerContract('Stripe', openBench);

const { STRIPE_SECRET_KEY: key = '', STRIPE_TEST_ACCOUNT: account } = process.env;
if (key.startsWith('sk_test_')) await providerContract('Stripe’s test mode', () => openSandbox(key, account));
else test.skip('Stripe’s test mode was not asked: STRIPE_SECRET_KEY holds no key of it', () => {});

const bench = await openBench();
const { fake, provider, pay } = bench;

describe('Stripe alone', () => {
  const till = tillOf(bench);
  afterAll(fake.close);

  const read = ({ body, headers }: Webhook) => provider.readWebhook?.(body, headers) ?? null;
  const begin = async (more = {}) => (await provider.beginTopUp(till.request(more))).reference;
  const stateOf = async (reference: string) => (await provider.getTopUp(reference)).progress.state;
  const failureOf = (error: PaymentError) => error.failure;

  async function chargeAs(card: Parameters<typeof fake.nextCharge>[0]) {
    const { asked, status } = await till.topUp({ saveMethod: true });
    const { party, returnUrl } = asked;
    const savedMethod = status.savedMethod?.reference ?? '';
    const charge = { topUpId: randomUUID(), amount: dollars(15), party, returnUrl, savedMethod, key: randomUUID() };
    fake.nextCharge(card);
    return { charge, answer: await provider.chargeSaved?.(charge) };
  }

  test('a person sees whose card is charged without them', async () => {
    const { status } = await till.topUp({ saveMethod: true });
    expect(status.savedMethod).toEqual({
      reference: expect.stringMatching(/^cus_\w+\/pm_\w+$/),
      label: 'Visa ending 4242',
    });
    expect((await till.topUp()).status.savedMethod).toBeNull();
  });

  test('a finished page is credited only when it is paid: a slow bank is waited for', async () => {
    const [reference, other] = [await begin(), await begin()];
    for (const page of [reference, other]) fake.press(page, 'slow');
    expect(await provider.getTopUp(reference)).toMatchObject({ progress: { state: 'processing' }, payments: [] });
    fake.settleSlow(reference, true);
    fake.settleSlow(other, false);
    expect(await provider.getTopUp(reference)).toMatchObject({ progress: { state: 'succeeded' }, payments: [{}] });
    expect(await provider.getTopUp(other)).toMatchObject({ progress: { state: 'failed' }, payments: [] });
  });

  test('a card that the bank checks pays after the person has answered, and not when they fail', async () => {
    const { reference, action } = await provider.beginTopUp(till.request());
    const page = action.kind === 'redirect' ? action.url : '';
    const press = async (button: string) => {
      const pressed = await fetch(`${page}/${button}`, { method: 'POST', redirect: 'manual' });
      return pressed.headers.get('location') ?? '';
    };
    const bank = await press('ask');
    expect(await (await fetch(bank)).text()).toContain('Your bank asks');
    expect(await press('fail')).toBe(page);
    expect(await (await fetch(page)).text()).toContain('Your card was declined');
    expect(await stateOf(reference)).toBe('pending');
    expect(await press('complete')).toBe('https://broker.example.org/wallet/top-ups/1');
    expect(await stateOf(reference)).toBe('succeeded');
    expect(await press('back')).toBe('https://broker.example.org/wallet');
  });

  test('a page that nobody paid expires', async () => {
    const reference = await begin();
    fake.expire(reference);
    expect(await stateOf(reference)).toBe('expired');
  });

  test('when the bank wants the person, they get a page where they confirm, once for each key', async () => {
    await fake.takeWebhooks();
    const { charge, answer } = await chargeAs('asks');
    const page = { kind: 'redirect', url: expect.stringContaining('/c/pay/cs_test_') };
    expect(answer?.status).toMatchObject({ progress: { state: 'requiresAction', action: page }, payments: [] });
    expect(await provider.chargeSaved?.(charge)).toEqual(answer);
    const reference = answer?.reference ?? '';
    const told = (await Promise.all((await fake.takeWebhooks()).map(read))).find((event) =>
      event?.type.endsWith('failed'),
    );
    expect(await provider.getTopUp(told?.references[0] ?? '')).toEqual(answer?.status);
    expect(await provider.findTopUp?.({ ...charge, since: new Date() })).toBe(reference);
    await pay(reference);
    const { progress, payments, topUpId } = await provider.getTopUp(reference);
    expect({ state: progress.state, paid: payments[0]?.received.amount, topUpId }).toEqual({
      state: 'succeeded',
      paid: dollars(15),
      topUpId: charge.topUpId,
    });
  });

  test('a declined charge says why in words', async () => {
    const { answer } = await chargeAs('declines');
    expect(answer?.status.progress).toEqual({ state: 'failed', reason: 'insufficient funds' });
  });

  test('refunds and disputes name the payment, by which the same top-up is found', async () => {
    const { reference, payment, status } = await till.topUp();
    await fake.takeWebhooks();
    const part = { reference, paymentId: payment.id, amount: dollars(1), key: randomUUID() };
    await provider.refund?.(part);
    fake.dispute(payment.id, 'open');
    const events = await Promise.all((await fake.takeWebhooks()).map(read));
    const names = new Set(events.flatMap((event) => event?.references ?? []));
    const [name = '', ...others] = [...names];
    expect(others).toEqual([]);
    const found = await provider.getTopUp(name);
    expect(found).toEqual(await provider.getTopUp(reference));
    expect(found.topUpId).toBe(status.topUpId);
  });

  test('an inquiry that has cost nothing yet is no dispute', async () => {
    const { reference, payment } = await till.topUp();
    fake.dispute(payment.id, 'inquiry');
    expect((await provider.getTopUp(reference)).disputes).toEqual([]);
  });

  test('a webhook is believed under the new secret and the old, and under no other', async () => {
    const { webhooks } = new Stripe('sk_test_x');
    const event = { id: 'evt_1', object: 'event', type: 'invoice.paid', livemode: false, data: { object: {} } };
    const signed = (secret: string, more = {}) => {
      const payload = JSON.stringify({ ...event, ...more });
      const headers = new Headers({ 'stripe-signature': webhooks.generateTestHeaderString({ payload, secret }) });
      return { body: Buffer.from(payload), headers };
    };
    const useless = { eventId: 'evt_1', type: 'invoice.paid', references: [], payoutKeys: [] };
    const [newest = '', old = ''] = fake.webhookSecrets;
    expect(await Promise.all([newest, old].map((secret) => read(signed(secret))))).toEqual([useless, useless]);
    expect(await read(signed('whsec_another'))).toBeNull();
    expect(await read(signed(newest, { livemode: true }))).toBeNull();
  });

  test('an owner who has told Stripe everything can be paid, and before that it is known what is missing', async () => {
    const party = { id: randomUUID(), email: 'owner@example.org', name: 'Olga' };
    const urls = { returnUrl: 'https://broker.example.org/payouts', refreshUrl: 'https://broker.example.org/again' };
    const begun = await provider.beginPayee?.({ party, payee: null, ...urls });
    const payee = begun?.payee ?? '';
    expect(await provider.beginPayee?.({ party, payee: null, ...urls })).toMatchObject({ payee });
    expect(await provider.getPayee?.(payee)).toEqual({ ready: false, missing: ['External account'] });
    const payout = { payoutId: randomUUID(), destination: payee, amount: dollars(20), key: randomUUID() };
    expect(await provider.beginPayout?.(payout)).toMatchObject({ state: 'failed' });

    const again = await provider.beginPayee?.({ party, payee, ...urls });
    const finished = await fetch(`${again?.url}/finish`, { method: 'POST', redirect: 'manual' });
    expect(finished.headers.get('location')).toBe(urls.returnUrl);
    expect(await provider.getPayee?.(payee)).toEqual({ ready: true, missing: [] });
    expect(await provider.beginPayout?.({ ...payout, key: randomUUID() })).toMatchObject({ state: 'paid' });
  });

  test('a payout that was clawed back is known as returned, and its webhook names our key', async () => {
    const payout = {
      payoutId: randomUUID(),
      destination: bench.destinations.open,
      amount: dollars(20),
      key: randomUUID(),
    };
    const paid = await provider.beginPayout?.(payout);
    await fake.takeWebhooks();
    fake.reverseTransfer(paid?.reference ?? '');
    expect((await Promise.all((await fake.takeWebhooks()).map(read)))[0]?.payoutKeys).toEqual([payout.key]);
    expect(await provider.findPayout?.({ ...payout, since: new Date() })).toMatchObject({ state: 'returned' });
  });

  test('a payout beyond what Stripe holds of ours is certainly not made', async () => {
    const { open } = bench.destinations;
    const payout = { payoutId: randomUUID(), destination: open, amount: dollars(9_000_000), key: randomUUID() };
    expect(await provider.beginPayout?.(payout).catch(failureOf)).toBe('notDone');
    expect(await provider.findPayout?.({ ...payout, since: new Date() })).toBeNull();
  });

  test('wrong keys and a silent Stripe are told apart, and neither error holds the key', async () => {
    const settings = { webhookSecrets: [], secretKey: 'sk_test_wrong_key_51Hx', url: fake.url };
    const errors = [settings, { ...settings, url: 'http://127.0.0.1:1' }].map(async (wrong) => {
      const error: PaymentError = await stripeProvider(wrong)
        .listBalances()
        .catch((error) => error);
      expect(inspect(error, { depth: 9 })).not.toContain('sk_test');
      return error.failure;
    });
    expect(await Promise.all(errors)).toEqual(['misconfigured', 'notDone']);
  });

  test('the fake knows no parameter that the installed API lacks', async () => {
    const old = new Stripe(fake.secretKey, { host: '127.0.0.1', port: new URL(fake.url).port, protocol: 'http' });
    const params = { amount: 500, currency: 'usd', payment_method_types: ['card'] };
    await expect(old.paymentIntents.create(params as Stripe.PaymentIntentCreateParams)).rejects.toMatchObject({
      code: 'parameter_unknown',
      param: 'payment_method_types',
    });
  });
});
