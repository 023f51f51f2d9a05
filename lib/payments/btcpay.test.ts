import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { btcpayProvider } from './btcpay.ts';
import { providerContract, type Webhook } from './provider.contract.ts';
import type { PaymentError } from './provider.ts';
import { startFakeBtcpay } from './testing/fake-btcpay.ts';
import { dollars, tillOf } from './testing/till.ts';

async function openBench() {
  const fake = await startFakeBtcpay();
  const { url, key, store, webhookSecrets, takeWebhooks, failNext, close } = fake;
  return {
    fake,
    provider: btcpayProvider({ url, key, store, webhookSecrets, network: 'regtest' }),
    secrets: [key, ...webhookSecrets],
    pay: async (reference: string) => void fake.pay(reference),
    takeWebhooks,
    failNext,
    refuseNext: null,
    destinations: { open: 'owner@wallet.example.org', closed: 'closed@wallet.example.org' },
    dispute: null,
    close,
  };
}

await providerContract('BTCPay Server', openBench);

const bench = await openBench();
const { fake, provider } = bench;

describe('BTCPay Server alone', () => {
  const till = tillOf(bench);
  afterAll(fake.close);

  const read = ({ body, headers }: Webhook) => provider.readWebhook?.(body, headers) ?? null;
  const begin = async () => (await provider.beginTopUp(till.request())).reference;
  async function standing(reference: string) {
    const { progress, payments } = await provider.getTopUp(reference);
    return [progress.state, ...payments.map(({ received }) => received.amount)];
  }

  test('a payment counts when its blocks have come, and not before', async () => {
    const reference = await begin();
    fake.pay(reference, { settled: false });
    expect(await standing(reference)).toEqual(['processing']);
    fake.settle(reference);
    expect(await standing(reference)).toEqual(['succeeded', dollars(20)]);
  });

  test('a payment whose blocks never come is no money', async () => {
    const reference = await begin();
    fake.pay(reference, { settled: false });
    fake.settle(reference, 'Invalid');
    expect(await standing(reference)).toEqual(['failed']);
  });

  test('an invoice that nobody paid expires; what comes too late is credited all the same', async () => {
    const reference = await begin();
    fake.expire(reference);
    expect(await standing(reference)).toEqual(['expired']);
    fake.pay(reference);
    expect(await standing(reference)).toEqual(['succeeded', dollars(20)]);
  });

  test('too little and too much are credited as they are, each payment by itself', async () => {
    const reference = await begin();
    fake.pay(reference, { dollars: 7 });
    expect(await standing(reference)).toEqual(['pending', dollars(7)]);
    fake.pay(reference, { dollars: 30 });
    expect(await standing(reference)).toEqual(['succeeded', dollars(7), dollars(30)]);

    const expired = await begin();
    fake.pay(expired, { dollars: 3 });
    fake.expire(expired);
    expect(await standing(expired)).toEqual(['succeeded', dollars(3)]);
  });

  test('one top-up that is begun twice at the same moment is one invoice', async () => {
    const asked = till.request();
    const begun = await Promise.all([1, 2, 3].map(() => provider.beginTopUp(asked)));
    expect(new Set(begun.map(({ reference }) => reference)).size).toBe(1);
  });

  test('an event that is delivered again names itself as before, under the old secret too', async () => {
    await fake.takeWebhooks();
    await till.topUp();
    const [sent] = await fake.takeWebhooks();
    const event = sent && (await read(sent));
    expect(sent && (await read(fake.redeliver(sent)))).toEqual(event);
    const body = sent?.body ?? new Uint8Array();
    const signed = (secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const under = (secret: string) => read({ body, headers: new Headers({ 'btcpay-sig': signed(secret) }) });
    expect(await under(fake.webhookSecrets[1] ?? '')).toEqual(event);
    expect(await under('another')).toBeNull();
  });

  test('an event of another store is not ours', async () => {
    const { url, key, webhookSecrets } = fake;
    const other = btcpayProvider({ url, key, store: 'Other', webhookSecrets, network: 'regtest' });
    await fake.takeWebhooks();
    await begin();
    const [sent] = await fake.takeWebhooks();
    expect(sent && (await other.readWebhook?.(sent.body, sent.headers))).toBeNull();
  });

  test('addresses of this network and of Lightning are destinations, others are not', () => {
    const ours = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
    const names = ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', ours.replace(/0$/, '8'), 'owner@localhost'];
    expect(provider.readDestination?.(` ${ours} `)).toBe(ours);
    expect(provider.readDestination?.('Owner@Wallet.example.org')).toBe('owner@wallet.example.org');
    expect(names.map((name) => provider.readDestination?.(name))).toEqual([null, null, null]);
  });

  describe('a payout that waits for the store', () => {
    const payoutTo = (name: string) => {
      return {
        payoutId: randomUUID(),
        destination: `${name}@held.example.org`,
        amount: dollars(20),
        key: randomUUID(),
      };
    };
    async function held(name: string) {
      fake.holdPayouts(true);
      const payout = payoutTo(name);
      const begun = await provider.beginPayout?.(payout);
      fake.holdPayouts(false);
      return { payout, reference: begun?.reference ?? '', state: begun?.state };
    }
    const stateOf = async (payout: ReturnType<typeof payoutTo>) =>
      (await provider.findPayout?.({ ...payout, since: new Date() }))?.state;

    test('is submitted until it is paid, or returned when it is cancelled', async () => {
      const [paid, cancelled] = [await held('one'), await held('two')];
      expect([paid.state, cancelled.state]).toEqual(['submitted', 'submitted']);
      fake.movePayout(paid.reference, 'InProgress');
      expect(await stateOf(paid.payout)).toBe('submitted');
      fake.movePayout(paid.reference, 'Completed');
      fake.movePayout(cancelled.reference, 'Cancelled');
      expect([await stateOf(paid.payout), await stateOf(cancelled.payout)]).toEqual(['paid', 'returned']);
      expect(await provider.beginPayout?.(cancelled.payout)).toMatchObject({ state: 'returned' });
    });

    test('lets no second one to the same destination through, which is then certainly not made', async () => {
      await held('three');
      const second = payoutTo('three');
      const failure = await provider.beginPayout?.(second).catch((error: PaymentError) => error.failure);
      expect([failure, await stateOf(second)]).toEqual(['notDone', undefined]);
    });
  });

  test('the same payout begun twice at the same moment is paid once', async () => {
    const { open } = bench.destinations;
    const payout = { payoutId: randomUUID(), destination: open, amount: dollars(20), key: randomUUID() };
    const begun = await Promise.all([1, 2, 3].map(() => provider.beginPayout?.(payout)));
    expect(new Set(begun.map((status) => status?.reference)).size).toBe(1);
    const paid: string[] = [];
    for await (const { reference } of provider.listTransactions(new Date(Date.now() - 60_000))) paid.push(reference);
    expect(paid.filter((reference) => reference === begun[0]?.reference)).toHaveLength(1);
  });
});
