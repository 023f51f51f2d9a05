import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { payments, topUps, webhookEvents } from '#db/schema/payments';
import { payoutDestinations } from '#db/schema/payouts';
import { savedMethods } from '#db/schema/wallets';
import { getWallet } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { postUsage, tickMeters } from '../metering/commands.ts';
import { after, makeRental, makeUser, prove } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { stripeProvider } from '../payments/stripe.ts';
import { type FakeStripe, startFakeStripe } from '../payments/testing/fake-stripe.ts';
import { requestPayout } from '../payouts/commands.ts';
import { availableOf, makeOwner, payoutsOf, subjectsTo, treasuryOf } from '../payouts/testing.ts';
import { requestRefund } from '../refunds/commands.ts';
import { setAutoTopUp } from '../top-ups/automatic.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import { receiveWebhook } from '../webhooks/commands.ts';
import { moneyJobs } from './money.ts';
import { killBefore, type Step, type Work } from './testing/kills.ts';

const amount = 10n * DOLLAR;
const opened: { fake: FakeStripe; treasury: ReturnType<typeof treasuryOf> } = {} as never;

beforeAll(async () => {
  const fake = await startFakeStripe();
  Object.assign(opened, { fake, treasury: treasuryOf([stripeProvider(fake)]) });
});
afterAll(() => opened.fake?.close());
afterEach(async () => expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]));

const later = (hours: number) => new Date(Date.now() + hours * 3_600_000);

/** A broker with our settings is killed while it works; another goes on for two days. */
async function killed(step: Step, work: Omit<Work, 'at'>) {
  const { url: STRIPE_URL, secretKey, webhookSecrets } = opened.fake;
  const keys = { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRETS: webhookSecrets.join(',') };
  const settings = { ...keys, STRIPE_URL, BROKER_SECRETS: 'of-a-test-that-keeps-no-secrets-at-all' };
  await killBefore(step, { ...work, at: later(0) }, settings);
  await goOn();
}

const jobs = [
  'processDueWebhooks',
  'checkDueTopUps',
  'topUpAutomatically',
  'sendDueRefunds',
  'submitPayouts',
  'checkPayouts',
];

async function goOn() {
  await hear();
  const running = moneyJobs(opened.treasury).filter(({ name }) => jobs.includes(name));
  for (const hours of [0, 0.1, 0.5, 0.9]) for (const { run } of running) await run(later(hours));
}

/** What the provider has told since is in the inbox. */
async function hear() {
  for (const { body, headers } of await opened.fake.takeWebhooks())
    await receiveWebhook(opened.treasury, { provider: 'stripe', body, headers, at: later(0) });
}

/** What has really moved at the provider by now. */
async function atProvider(): Promise<bigint> {
  let moved = 0n;
  const provider = opened.treasury.providers.get('stripe');
  for await (const { amount } of provider?.listTransactions(later(-1)) ?? []) moved += amount.amount;
  return moved;
}

async function paidTopUp({ saveMethod = false } = {}) {
  const userId = await makeUser();
  const begun = await beginTopUp(opened.treasury, { userId, provider: 'stripe', amount, saveMethod, at: later(0) });
  const topUpId = begun.ok ? begun.value.id : '';
  const [topUp] = await db.select().from(topUps).where(eq(topUps.id, topUpId));
  opened.fake.press(topUp?.reference ?? '', 'pay');
  await hear();
  return { userId, topUpId };
}

const walletOf = async (userId: string) => (await getWallet(userId, later(0))).balance;
const paymentsOf = (topUpId: string) => db.select().from(payments).where(eq(payments.topUpId, topUpId));

test.each<Step>(['it writes top_ups', 'it asks POST /v1/checkout/sessions', 'it hears of POST /v1/checkout/sessions'])(
  'somebody whose top-up is begun by a broker that is killed before %s has paid nothing, and can begin again',
  async (step) => {
    const userId = await makeUser();
    const before = await atProvider();
    const wish = { userId, provider: 'stripe', amount, saveMethod: false };
    await killed(step, { name: 'beginTopUp', details: wish });
    expect([await walletOf(userId), await atProvider()]).toEqual([0n, before]);
    expect(await beginTopUp(opened.treasury, { ...wish, at: later(1) })).toMatchObject({ ok: true });
  },
);

test.each<Step>([
  'it asks GET /v1/checkout/sessions/',
  'it asks GET /v1/payment_intents/',
  'it writes payments',
  'it writes ledger_transactions',
  'it writes ledger_entries',
  'it writes ledger_accounts',
  'it writes funding_lots',
  'it writes papers',
  'it writes mails',
  'it writes top_ups',
  'it writes webhook_events',
])('a payment is credited once, with one receipt, by a broker that is killed before %s', async (step) => {
  const { userId, topUpId } = await paidTopUp();
  await killed(step, { name: 'processDueWebhooks' });
  expect(await walletOf(userId)).toBe(amount);
  expect(await paymentsOf(topUpId)).toMatchObject([{ credited: amount, round: 1 }]);
  expect(await subjectsTo(userId)).toHaveLength(1);
  const [waiting] = await db.select({ n: sql<string>`count(*)` }).from(webhookEvents).where(sql`processed_at is null`);
  expect(waiting?.n).toBe('0');
});

test.each<Step>([
  'it writes auto_top_ups',
  'it writes top_ups',
  'it asks POST /v1/payment_intents',
  'it hears of POST /v1/payment_intents',
  'it writes payments',
  'it writes ledger_entries',
])('a saved card is charged once by a broker that is killed before %s', async (step) => {
  const { userId } = await paidTopUp({ saveMethod: true });
  await goOn();
  const before = await atProvider();
  const [method] = await db.select().from(savedMethods).where(eq(savedMethods.userId, userId));
  const wish = { userId, savedMethodId: method?.id ?? '', threshold: 15n * DOLLAR, amount, monthlyCap: 3n * amount };
  expect(await setAutoTopUp(opened.treasury, { ...wish, at: later(0) })).toMatchObject({ ok: true });
  await killed(step, { name: 'topUpAutomatically' });
  expect(await walletOf(userId)).toBe(2n * amount);
  expect(await atProvider()).toBe(before + amount);
});

test.each<[Step, string]>([
  ['it writes refunds', 'requestRefund'],
  ['it writes payments', 'requestRefund'],
  ['it writes funding_lots', 'requestRefund'],
  ['it writes ledger_transactions', 'requestRefund'],
  ['it writes ledger_entries', 'requestRefund'],
  ['it writes refunds', 'sendDueRefunds'],
  ['it asks POST /v1/refunds', 'sendDueRefunds'],
  ['it hears of POST /v1/refunds', 'sendDueRefunds'],
  ['it writes ledger_transactions', 'sendDueRefunds'],
  ['it writes ledger_entries', 'sendDueRefunds'],
])('a refund is paid back once by a broker that is killed before %s, as in %s', async (step, name) => {
  const { userId, topUpId } = await paidTopUp();
  await goOn();
  const before = await atProvider();
  const [payment] = await paymentsOf(topUpId);
  const wish = { paymentId: payment?.id ?? '', userId, amount: 4n * DOLLAR, requestedBy: userId, reason: 'for a test' };
  if (name === 'sendDueRefunds') await requestRefund(opened.treasury, { ...wish, at: later(0) });
  await killed(step, { name, details: wish });
  // Who was told nothing asks again.
  if (name === 'requestRefund') await requestRefund(opened.treasury, { ...wish, at: later(0) });
  await goOn();
  expect(await walletOf(userId)).toBe(6n * DOLLAR);
  expect(await atProvider()).toBe(before - 4n * DOLLAR);
});

test.each<[Step, string]>([
  ['it writes payouts', 'requestPayout'],
  ['it writes ledger_transactions', 'requestPayout'],
  ['it writes ledger_entries', 'requestPayout'],
  ['it writes payouts', 'submitPayouts'],
  ['it asks POST /v1/transfers', 'submitPayouts'],
  ['it hears of POST /v1/transfers', 'submitPayouts'],
  ['it writes ledger_transactions', 'submitPayouts'],
  ['it writes ledger_entries', 'submitPayouts'],
  ['it writes mails', 'submitPayouts'],
])('an owner is paid once by a broker that is killed before %s, as in %s', async (step, name) => {
  const ownerId = await makeOwner(30n * DOLLAR);
  const destination = opened.fake.openAccount('active');
  const dates = { createdAt: later(-100), usableAt: later(-28) };
  await db.insert(payoutDestinations).values({ userId: ownerId, provider: 'stripe', destination, ...dates });
  const before = await atProvider();
  if (name === 'submitPayouts') await requestPayout(opened.treasury, { ownerId, at: later(0) });
  await killed(step, { name, details: { ownerId } });
  // Who was told nothing asks again.
  await requestPayout(opened.treasury, { ownerId, at: later(0) });
  await goOn();
  expect(await payoutsOf(ownerId)).toMatchObject([{ state: 'paid', amount: 30n * DOLLAR }]);
  expect(await availableOf(ownerId)).toBe(0n);
  expect(await atProvider()).toBe(before - 30n * DOLLAR);
});

test.each<[Step, string]>([
  ['it writes rental_meters', 'tickMeters'],
  ['it writes rental_meters', 'postUsage'],
  ['it writes ledger_transactions', 'postUsage'],
  ['it writes usage_charges', 'postUsage'],
  ['it writes ledger_entries', 'postUsage'],
  ['it writes ledger_accounts', 'postUsage'],
])('an hour is charged once by a broker that is killed before %s, as in %s', async (step, name) => {
  const rate = DOLLAR;
  const [renterId, ownerId] = [await makeUser(amount), await makeUser()];
  const rentalId = await makeRental(renterId, { ownerId, rate });
  await prove(rentalId, 0, 3600);
  if (name === 'postUsage') await tickMeters({ at: after(3600) });
  await killed(step, { name });
  await tickMeters({ at: after(3600) });
  await postUsage({ at: after(3600) });
  expect(await walletOf(renterId)).toBe(amount - rate);
});
