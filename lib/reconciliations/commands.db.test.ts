import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { reconciliations } from '#db/schema/papers';
import { payments } from '#db/schema/payments';
import { checkInvariants } from '../ledger/invariants.ts';
import { after, makeUser, start } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { type Payment, PaymentError, type ProviderTransaction } from '../payments/provider.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import { syncTopUp } from '../top-ups/sync.ts';
import { money, scriptedProvider } from '../top-ups/testing.ts';
import { bookMovement, reconcileDaily, reconcileNow } from './commands.ts';

const day = 24 * 3600;
const ten = 10n * DOLLAR;

/** A bank with an account that tests write on, where somebody has paid $10 and the bank kept 59 cents. */
async function openBank() {
  const account = { moved: [] as ProviderTransaction[], away: false, asked: [] as Date[] };
  const fail = () => {
    throw new PaymentError('bank', 'cannot be reached', 'notDone');
  };
  const { provider, treasury, tell } = scriptedProvider({
    listBalances: async () => [
      money(
        account.away ? fail() : account.moved.reduce((sum, { amount, fee }) => sum + amount.amount - fee.amount, 0n),
      ),
    ],
    async *listTransactions(since) {
      account.asked.push(since);
      yield* account.moved.filter(({ at }) => at >= since);
    },
  });
  const wish = { userId: await makeUser(), provider: provider.id, amount: ten, saveMethod: false, at: start };
  const begun = await beginTopUp(treasury, wish);
  const topUpId = begun.ok ? begun.value.id : '';
  const paid: Payment = { id: randomUUID(), received: money(ten), fee: money(590_000n), at: after(60) };
  tell(topUpId, { progress: { state: 'succeeded' }, payments: [paid] });
  await syncTopUp(treasury, { topUpId, at: after(60) });
  account.moved.push({ reference: paid.id, at: paid.at, amount: money(ten), fee: money(590_000n) });

  const runs = () =>
    db.select().from(reconciliations).where(eq(reconciliations.provider, provider.id)).orderBy(reconciliations.at);
  const compareAt = async (seconds: number) => {
    await reconcileNow(treasury, { at: after(seconds) });
    return (await runs()).at(-1);
  };
  return { account, provider, treasury, runs, compareAt, paymentId: paid.id };
}

const brokenNames = async () => (await checkInvariants()).flatMap(({ name, ok }) => (ok ? [] : [name]));
const promise = 'Every provider told the same as the books when it was last asked';

test('books that say what the provider says have no differences', async () => {
  const { compareAt, provider } = await openBank();
  const run = await compareAt(day);
  expect(run).toMatchObject({ provider: provider.id, differences: [], problem: null });
  expect([run?.ledger, run?.reported]).toEqual([{ USD: '9410000' }, { USD: '9410000' }]);
});

test('a difference is told every time until it is explained, and nothing mends it by itself', async () => {
  const { compareAt, account } = await openBank();
  account.moved.push({ reference: 'po-1', at: after(3600), amount: money(-5n * DOLLAR), fee: money(0n) });
  const differences = [
    { kind: 'balance', reference: 'balance', currency: 'USD', here: '9410000', there: '4410000' },
    { kind: 'movement', reference: 'po-1', currency: 'USD', here: null, there: '-5000000' },
  ];
  const [first, later] = [await compareAt(day), await compareAt(40 * day)];
  expect([first?.differences, later?.differences]).toEqual([differences, differences]);
  expect(await brokenNames()).toEqual([promise]);

  const admin = { adminId: await makeUser(), address: '192.0.2.1', at: after(40 * day) };
  const explained = { reconciliationId: later?.id ?? '', reference: 'po-1', currency: 'USD', as: 'bank' as const };
  const answers = [await bookMovement({ ...explained, ...admin }), await bookMovement({ ...explained, ...admin })];
  expect(answers).toMatchObject([{ ok: true }, { reason: 'booked' }]);
  const stranger = { ...explained, ...admin, reference: 'none' };
  expect(await bookMovement(stranger)).toMatchObject({ reason: 'notFound' });
  expect((await compareAt(41 * day))?.differences).toEqual([]);
  expect(await brokenNames()).toEqual([]);
});

test('a payment whose fee changed at the provider is a difference, and the rest of the fee can be booked', async () => {
  const { compareAt, account, paymentId } = await openBank();
  for (const moved of account.moved) moved.fee = money(600_000n);
  const run = await compareAt(day);
  expect(run?.differences.at(-1)).toMatchObject({ reference: paymentId, here: '9410000', there: '9400000' });
  const explained = { reconciliationId: run?.id ?? '', reference: paymentId, currency: 'USD', as: 'fee' as const };
  const admin = { adminId: await makeUser(), address: '192.0.2.1', at: after(day) };
  expect(await bookMovement({ ...explained, ...admin })).toMatchObject({ ok: true });
  expect((await compareAt(2 * day))?.differences).toEqual([]);
});

test('money in the books that the provider never saw is a difference', async () => {
  const { compareAt, account, paymentId } = await openBank();
  account.moved.length = 0;
  expect((await compareAt(day))?.differences).toMatchObject([
    { kind: 'balance', here: '9410000', there: '0' },
    { reference: paymentId, here: '9410000', there: null },
  ]);
  expect(await db.select().from(payments).where(eq(payments.reference, paymentId))).toHaveLength(1);
});

test('every provider is asked once a day, and again after an hour when it did not answer', async () => {
  const { treasury, runs, account } = await openBank();
  const work = (seconds: number) => reconcileDaily(treasury, { at: after(seconds) });
  for (const hour of [24, 25, 47, 48]) await work(hour * 3600);
  expect((await runs()).map(({ at }) => at)).toEqual([after(day), after(2 * day)]);
  account.away = true;
  await work(3 * day);
  expect((await runs()).at(-1)).toMatchObject({ problem: 'bank: cannot be reached', differences: [] });
  await work(3 * day + 1800);
  account.away = false;
  await work(3 * day + 3600);
  expect((await runs()).map(({ problem }) => problem === null)).toEqual([true, true, false, true]);
});
