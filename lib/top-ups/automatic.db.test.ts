import { and, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { mails } from '#db/schema/mail';
import { topUps } from '#db/schema/payments';
import { autoTopUps, savedMethods } from '#db/schema/wallets';
import { getWallet } from '../ledger/balances.ts';
import { after, makeUser, start } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { PaymentError, type TopUpStatus } from '../payments/provider.ts';
import { detachMethods, forgetMethod, setAutoTopUp, stopAutoTopUp, topUpAutomatically } from './automatic.ts';
import { beginTopUp, checkDueTopUps } from './commands.ts';
import { syncTopUp } from './sync.ts';
import { money, scriptedProvider } from './testing.ts';

const HOUR = 3600;
const amount = 10n * DOLLAR;

type Answer = 'pays' | 'declines' | 'asks' | 'paysAndHangsUp' | 'isAway';

/** A bank that takes money from a saved card, as told. */
function cardBank() {
  const taken = new Map<string, TopUpStatus>();
  const mind: { answer: Answer } = { answer: 'pays' };
  const statusOf = (topUpId: string, progress: TopUpStatus['progress']): TopUpStatus => {
    const payment = { id: `pay-${topUpId}`, received: money(amount), fee: money(0n), at: start };
    const payments = progress.state === 'succeeded' ? [payment] : [];
    return { topUpId, progress, payments, refunds: [], disputes: [], savedMethod: null };
  };
  const bank = scriptedProvider({
    async chargeSaved({ topUpId, key }) {
      bank.calls.push({ what: mind.answer, key });
      if (mind.answer === 'isAway') throw new PaymentError('cards', 'cannot be reached', 'notDone');
      const known = taken.get(key);
      const link = { kind: 'redirect', url: 'https://bank.example/confirm' } as const;
      const ends = {
        declines: { state: 'failed', reason: 'Your card was declined.' },
        asks: { state: 'requiresAction', action: link },
        pays: { state: 'succeeded' },
        paysAndHangsUp: { state: 'succeeded' },
      } as const;
      const status = known ?? statusOf(topUpId, ends[mind.answer]);
      taken.set(key, status);
      bank.tell(topUpId, status);
      if (mind.answer === 'paysAndHangsUp' && !known) throw new PaymentError('cards', 'its answer was lost', 'unknown');
      return { reference: `ref-${topUpId}`, status };
    },
  });
  return { ...bank, mind };
}

async function plan(wish: Partial<{ threshold: bigint; amount: bigint; monthlyCap: bigint }> = {}) {
  const bank = cardBank();
  const userId = await makeUser(1n * DOLLAR);
  const card = { userId, provider: bank.provider.id, reference: `card-${userId}`, label: 'Visa ending 4242' };
  const [method] = await db.insert(savedMethods).values(card).returning();
  const terms = { threshold: 5n * DOLLAR, amount, monthlyCap: 100n * DOLLAR, ...wish };
  const outcome = await setAutoTopUp(bank.treasury, { userId, savedMethodId: method?.id ?? '', ...terms, at: start });
  const run = (seconds: number) => topUpAutomatically(bank.treasury, { at: after(seconds) });
  const attempts = () =>
    db
      .select()
      .from(topUps)
      .where(and(eq(topUps.userId, userId), topUps.automatic))
      .orderBy(topUps.id);
  const balance = async () => (await getWallet(userId, after(0))).balance;
  const planNow = async () => (await db.select().from(autoTopUps).where(eq(autoTopUps.userId, userId)))[0];
  return { ...bank, userId, outcome, run, attempts, balance, planNow };
}

test('a wallet below its threshold is topped up once, however many look at the same time', async () => {
  const { run, attempts, balance } = await plan();
  await Promise.all([run(0), run(0), run(0)]);
  expect(await balance()).toBe(11n * DOLLAR);
  expect(await attempts()).toMatchObject([{ state: 'succeeded', amount }]);
});

test('a wallet above its threshold is left alone', async () => {
  const { run, attempts } = await plan({ threshold: DOLLAR });
  await run(0);
  expect(await attempts()).toEqual([]);
});

test('at most one attempt is made an hour', async () => {
  const { run, attempts } = await plan({ threshold: 50n * DOLLAR });
  for (const seconds of [0, 60, HOUR - 1]) await run(seconds);
  expect(await attempts()).toHaveLength(1);
  await run(HOUR);
  expect(await attempts()).toHaveLength(2);
});

test('the cap of the month is never passed, and begins anew with the next', async () => {
  const { run, attempts } = await plan({ threshold: 500n * DOLLAR, monthlyCap: 25n * DOLLAR });
  for (let hour = 0; hour < 5; hour++) await run(hour * HOUR);
  expect(await attempts()).toHaveLength(2);
  await run(31 * 24 * HOUR);
  expect(await attempts()).toHaveLength(3);
});

test('after a refusal it waits six hours, then a day, and then stops and says so', async () => {
  const { run, attempts, planNow, mind, userId } = await plan();
  mind.answer = 'declines';
  const waits = [0, 5 * HOUR, 6 * HOUR, 20 * HOUR, 30 * HOUR + 1, 60 * HOUR, 90 * HOUR];
  for (const seconds of waits) await run(seconds);
  expect((await attempts()).map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
  expect(await planNow()).toMatchObject({ failures: 3, stoppedAt: expect.any(Date) });
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  const told = await db
    .select()
    .from(mails)
    .where(eq(mails.recipient, user?.email ?? ''));
  expect(told.filter(({ subject }) => subject.includes('failed'))).toHaveLength(3);
});

test('a bank that wants the person gets a link to them by mail, and nothing else is tried meanwhile', async () => {
  const { run, attempts, mind, userId } = await plan();
  mind.answer = 'asks';
  for (const seconds of [0, HOUR, 2 * HOUR]) await run(seconds);
  expect(await attempts()).toMatchObject([{ state: 'requiresAction', action: { kind: 'redirect' } }]);
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  const told = await db
    .select()
    .from(mails)
    .where(eq(mails.recipient, user?.email ?? ''));
  expect(told.map(({ subject }) => subject)).toContain('Your bank wants you to confirm a top-up');
});

test('a charge whose answer was lost is asked for again under the same key, and taken once', async () => {
  const { run, treasury, attempts, balance, calls, mind } = await plan();
  mind.answer = 'paysAndHangsUp';
  await run(0);
  expect(await balance()).toBe(1n * DOLLAR);
  for (const seconds of [HOUR, 2 * HOUR]) await checkDueTopUps(treasury, { at: after(seconds) });
  expect(await balance()).toBe(11n * DOLLAR);
  expect(await attempts()).toMatchObject([{ state: 'succeeded' }]);
  expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
});

test('a bank that is away is tried again later under the same key', async () => {
  const { run, treasury, balance, mind, calls } = await plan();
  mind.answer = 'isAway';
  await run(0);
  mind.answer = 'pays';
  await checkDueTopUps(treasury, { at: after(HOUR) });
  expect(await balance()).toBe(11n * DOLLAR);
  expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
});

test('nobody is charged any more who stopped it while the bank was away', async () => {
  const { run, treasury, userId, attempts, balance, mind } = await plan();
  mind.answer = 'isAway';
  await run(0);
  await stopAutoTopUp({ userId });
  mind.answer = 'pays';
  await checkDueTopUps(treasury, { at: after(HOUR) });
  expect(await balance()).toBe(1n * DOLLAR);
  expect(await attempts()).toMatchObject([{ state: 'expired' }]);
});

test('a charge that is found by a webhook while it is given up stays found', async () => {
  const { run, treasury, attempts, balance, mind, provider } = await plan();
  mind.answer = 'paysAndHangsUp';
  await run(0);
  const [lost] = await attempts();
  const topUpId = lost?.id ?? '';
  provider.findTopUp = async () => {
    await db
      .update(topUps)
      .set({ reference: `ref-${topUpId}` })
      .where(eq(topUps.id, topUpId));
    await syncTopUp(treasury, { topUpId, at: after(48 * HOUR) });
    return null;
  };
  await checkDueTopUps(treasury, { at: after(48 * HOUR) });
  expect(await balance()).toBe(11n * DOLLAR);
  expect(await attempts()).toMatchObject([{ state: 'succeeded' }]);
});

test('nobody is topped up who stopped it, and nobody by somebody else’s card', async () => {
  const { run, attempts, userId, treasury, planNow } = await plan();
  const stranger = await makeUser();
  const card = (await planNow())?.savedMethodId ?? '';
  const wish = { savedMethodId: card, threshold: DOLLAR, amount, monthlyCap: 100n * DOLLAR, at: start };
  expect(await setAutoTopUp(treasury, { ...wish, userId: stranger })).toMatchObject({ reason: 'noMethod' });
  await stopAutoTopUp({ userId });
  await run(0);
  expect(await attempts()).toEqual([]);
});

test.each([
  ['an amount above the month’s cap', { monthlyCap: 9n * DOLLAR }],
  ['an amount below what the provider takes', { amount: 990_000n }],
  ['a fraction of a cent', { amount: 10_000_001n }],
  ['a threshold below zero', { threshold: -1n }],
])('%s is refused', async (_, wish) => {
  expect((await plan(wish)).outcome).toEqual({ ok: false, reason: 'amountOutOfRange' });
});

test('a card that its person had us forget is forgotten by its provider too, however long that is away', async () => {
  const { treasury, provider, userId, planNow, run, attempts } = await plan();
  const savedMethodId = (await planNow())?.savedMethodId ?? '';
  const asked: string[] = [];
  const answers = [new PaymentError('cards', 'cannot be reached', 'notDone'), null];
  provider.forgetMethod = async (reference) => {
    asked.push(reference);
    const failure = answers.shift();
    if (failure) throw failure;
  };
  expect(await forgetMethod({ userId, savedMethodId, at: start })).toMatchObject({ ok: true });
  await run(0);
  expect(await attempts()).toEqual([]);
  await expect(detachMethods(treasury, { at: after(60) })).rejects.toThrow('1 of 1 failed');
  for (const seconds of [120, 180]) await detachMethods(treasury, { at: after(seconds) });
  expect(asked).toEqual([`card-${userId}`, `card-${userId}`]);
});

test('a forgotten card comes back with a top-up that saves it anew, and never with an older one', async () => {
  const { treasury, provider, tell, userId, planNow } = await plan();
  const savedMethodId = (await planNow())?.savedMethodId ?? '';
  const isForgotten = async () =>
    (await db.select().from(savedMethods).where(eq(savedMethods.id, savedMethodId)))[0]?.forgottenAt !== null;
  const saveBy = async (seconds: number) => {
    const wish = { userId, provider: provider.id, amount, saveMethod: true, at: after(seconds) };
    const begun = await beginTopUp(treasury, wish);
    return begun.ok ? begun.value.id : '';
  };
  const see = async (topUpId: string) => {
    tell(topUpId, { savedMethod: { reference: `card-${userId}`, label: 'Visa ending 4242' } });
    await syncTopUp(treasury, { topUpId, at: after(HOUR) });
  };
  const older = await saveBy(0);
  await forgetMethod({ userId, savedMethodId, at: after(60) });
  await see(older);
  expect(await isForgotten()).toBe(true);
  await see(await saveBy(120));
  expect(await isForgotten()).toBe(false);
});
