import { expect, test } from 'vitest';
import { after, makeUser } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { PaymentError, type PaymentProvider } from '../payments/provider.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import { money, scriptedProvider } from '../top-ups/testing.ts';
import { receiveWebhook } from '../webhooks/commands.ts';
import { checkProviders } from './commands.ts';
import { listProviderDesks } from './queries.ts';

const at = after(60);

async function check(answer: PaymentProvider['listBalances']) {
  const { provider, treasury } = scriptedProvider({ listBalances: answer });
  await checkProviders(treasury, { at, patienceMs: 50 });
  const [desk] = (await listProviderDesks([provider.id], { at })).filter((one) => one.provider === provider.id);
  return desk?.check;
}

test('a provider that answers is well, and says what stands on the account', async () => {
  const told = await check(async () => [money(5n), money(7n, 'EUR')]);
  expect(told).toMatchObject({ askedAt: at, balances: { USD: '5', EUR: '7' }, problem: null });
});

test('a provider that refuses us, or keeps us waiting, is not well, and the next answer makes it so', async () => {
  const refusal = new PaymentError('bank', 'refused our keys (401)', 'misconfigured');
  expect(await check(() => Promise.reject(refusal))).toMatchObject({ balances: null, problem: refusal.message });
  const silent = await check(() => new Promise(() => {}));
  expect(silent?.problem).toContain('did not answer within 0.05 seconds');
});

test('what is under way with a provider is counted, and what does not move is in trouble', async () => {
  const { provider, treasury } = scriptedProvider({
    readWebhook: async () => ({ eventId: 'evt-1', type: 'paid', references: [], payoutKeys: [] }),
  });
  const wish = { userId: await makeUser(), provider: provider.id, amount: 5n * DOLLAR, saveMethod: false, at };
  await beginTopUp(treasury, wish);
  await receiveWebhook(treasury, { provider: provider.id, body: new Uint8Array(), headers: new Headers(), at });
  const look = async (seconds: number) =>
    (await listProviderDesks([provider.id], { at: after(seconds) })).find((one) => one.provider === provider.id);
  expect(await look(60)).toMatchObject({
    check: null,
    lastWebhookAt: at,
    webhooks: { waiting: 1, dead: 0 },
    topUps: { open: 1, inTrouble: 0 },
    payouts: { open: 0, inTrouble: 0 },
    unapplied: 0,
  });
  expect(await look(4 * 24 * 3600)).toMatchObject({ topUps: { open: 1, inTrouble: 1 } });
});

test('a provider that is not set up any more is shown while something of its waits', async () => {
  const { provider, treasury } = scriptedProvider({
    readWebhook: async () => ({ eventId: 'evt-1', type: 'paid', references: [], payoutKeys: [] }),
  });
  const ids = async () => (await listProviderDesks([], { at })).map((one) => one.provider);
  expect(await ids()).not.toContain(provider.id);
  await receiveWebhook(treasury, { provider: provider.id, body: new Uint8Array(), headers: new Headers(), at });
  expect(await ids()).toContain(provider.id);
});
