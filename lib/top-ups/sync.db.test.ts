import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { payments, topUps, unapplied } from '#db/schema/payments';
import { getWallet, readDebt } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { after, makeCharges, makeRental, makeUser, start } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import type { Dispute, Payment } from '../payments/provider.ts';
import { getOwnerFunds } from '../payouts/queries.ts';
import { declineByHand, settleByHand } from '../refunds/by-hand.ts';
import { requestRefund, sendDueRefunds } from '../refunds/commands.ts';
import { beginTopUp, cancelTopUp } from './commands.ts';
import { syncTopUp } from './sync.ts';
import { money, scriptedProvider } from './testing.ts';

const amount = 10n * DOLLAR;
const payment: Payment = { id: 'pay-1', received: money(amount), fee: money(590_000n), at: start };
const contest = (state: Dispute['state']): Dispute => ({
  id: 'dp-1',
  paymentId: 'pay-1',
  amount: money(amount),
  fee: money(15n * DOLLAR),
  state,
  at: start,
});

async function begun(bank = scriptedProvider()) {
  const userId = await makeUser();
  const wish = { userId, provider: bank.provider.id, amount, saveMethod: false, at: start };
  const outcome = await beginTopUp(bank.treasury, wish);
  if (!outcome.ok) throw outcome;
  const topUpId = outcome.value.id;
  const sync = (at = after(60)) => syncTopUp(bank.treasury, { topUpId, at });
  const state = async () => (await db.select().from(topUps).where(eq(topUps.id, topUpId)))[0]?.state;
  const wallet = async () => (await getWallet(userId, after(60))).balance;
  const paymentRow = async () => (await db.select().from(payments).where(eq(payments.topUpId, topUpId)))[0];
  return { ...bank, userId, topUpId, sync, state, wallet, paymentRow };
}

async function paid(bank = scriptedProvider()) {
  const topUp = await begun(bank);
  topUp.tell(topUp.topUpId, { progress: { state: 'succeeded' }, payments: [payment] });
  await topUp.sync();
  return topUp;
}

async function spend(userId: string, dollars: bigint) {
  const ownerId = await makeUser();
  const rental = await makeRental(userId, { rate: dollars * DOLLAR, ownerId });
  await makeCharges(rental, [3600]);
  return ownerId;
}

const brokenPromises = async () => (await checkInvariants()).filter(({ ok }) => !ok);

test('money that arrived is credited once, however many look at the same time', async () => {
  const topUp = await begun();
  topUp.tell(topUp.topUpId, { progress: { state: 'succeeded' }, payments: [payment] });
  await Promise.all(Array.from({ length: 12 }, () => topUp.sync()));
  expect(await topUp.wallet()).toBe(amount);
  expect(await topUp.state()).toBe('succeeded');
  expect(await topUp.paymentRow()).toMatchObject({ credited: amount, fee: 590_000n, round: 1 });
  expect(await brokenPromises()).toEqual([]);
});

test('an answer that a later one has overtaken undoes nothing', async () => {
  const topUp = await begun();
  const { getTopUp } = topUp.provider;
  const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  topUp.provider.getTopUp = async (reference) => {
    topUp.provider.getTopUp = getTopUp;
    const old = await getTopUp(reference);
    asked.resolve();
    await gate.promise;
    return old;
  };
  const slow = topUp.sync();
  await asked.promise;
  topUp.tell(topUp.topUpId, { progress: { state: 'succeeded' }, payments: [payment] });
  await topUp.sync();
  gate.resolve();
  await slow;
  expect([await topUp.state(), await topUp.wallet()]).toEqual(['succeeded', amount]);
  expect(await topUp.paymentRow()).toMatchObject({ round: 1, reversedAt: null });
});

test('nothing is credited while the provider has nothing', async () => {
  const topUp = await begun();
  await topUp.sync();
  expect([await topUp.state(), await topUp.wallet()]).toEqual(['pending', 0n]);
});

test.each([
  ['another amount', { received: money(amount - 10_000n) }, 'otherAmount'],
  ['another currency', { received: money(amount, 'EUR') }, 'otherCurrency'],
])('a payment of %s waits for an admin and credits nobody', async (_, flaw, reason) => {
  const topUp = await begun();
  topUp.tell(topUp.topUpId, {
    progress: { state: 'succeeded' },
    payments: [{ ...payment, ...flaw, id: topUp.topUpId }],
  });
  for (const _ of [1, 2]) await topUp.sync();
  expect(await topUp.wallet()).toBe(0n);
  const found = await db.select().from(unapplied).where(eq(unapplied.reference, topUp.topUpId));
  expect(found).toMatchObject([{ reason, ...flaw.received }]);
  expect(await brokenPromises()).toEqual([]);
});

test('a payment that names another top-up of ours is never taken for this one', async () => {
  const [topUp, other] = [await begun(), await begun()];
  topUp.tell(topUp.topUpId, { topUpId: other.topUpId, progress: { state: 'succeeded' }, payments: [payment] });
  await topUp.sync();
  expect([await topUp.wallet(), await other.wallet()]).toEqual([0n, 0n]);
});

test.each(['expired', 'failed', 'cancelled'] as const)(
  'money that comes after a top-up %s is credited all the same',
  async (end) => {
    const topUp = await begun();
    topUp.tell(topUp.topUpId, { progress: end === 'failed' ? { state: end, reason: 'declined' } : { state: end } });
    await topUp.sync();
    expect(await topUp.state()).toBe(end);
    topUp.tell(topUp.topUpId, { progress: { state: 'succeeded' }, payments: [payment] });
    await topUp.sync();
    expect([await topUp.state(), await topUp.wallet()]).toEqual(['succeeded', amount]);
  },
);

test('a top-up that its person gave up can still be paid, and only they can give it up', async () => {
  const topUp = await begun();
  const { topUpId, userId } = topUp;
  expect(await cancelTopUp({ topUpId, userId: await makeUser(), at: start })).toMatchObject({ reason: 'notFound' });
  expect(await cancelTopUp({ topUpId, userId, at: start })).toMatchObject({ ok: true });
  topUp.tell(topUpId, { progress: { state: 'succeeded' }, payments: [payment] });
  await topUp.sync();
  expect(await topUp.wallet()).toBe(amount);
});

test('a payment that the chain drops leaves the wallet, and comes back as what it was worth', async () => {
  const topUp = await paid();
  topUp.tell(topUp.topUpId, { progress: { state: 'processing' }, payments: [] });
  for (const _ of [1, 2]) await topUp.sync();
  expect([await topUp.state(), await topUp.wallet()]).toEqual(['reorged', 0n]);
  topUp.tell(topUp.topUpId, { progress: { state: 'succeeded' }, payments: [payment] });
  for (const _ of [1, 2]) await topUp.sync();
  expect([await topUp.state(), await topUp.wallet()]).toEqual(['succeeded', amount]);
  expect(await topUp.paymentRow()).toMatchObject({ round: 2, reversedAt: null });
  expect(await brokenPromises()).toEqual([]);
});

test('what was spent of a dropped payment is owed, and paid from the next money first', async () => {
  const topUp = await paid();
  await spend(topUp.userId, 4n);
  topUp.tell(topUp.topUpId, { progress: { state: 'processing' }, payments: [] });
  await topUp.sync(after(7200));
  expect([await topUp.wallet(), await readDebt(db, topUp.userId)]).toEqual([0n, 4n * DOLLAR]);
  topUp.tell(topUp.topUpId, { progress: { state: 'succeeded' }, payments: [payment] });
  await topUp.sync(after(7260));
  expect([await topUp.wallet(), await readDebt(db, topUp.userId)]).toEqual([6n * DOLLAR, 0n]);
  expect(await brokenPromises()).toEqual([]);
});

test('a contested payment takes what the wallet has; the rest is owed until the dispute is won', async () => {
  const topUp = await paid();
  await spend(topUp.userId, 3n);
  topUp.tell(topUp.topUpId, { disputes: [contest('open')] });
  for (const _ of [1, 2]) await topUp.sync(after(7200));
  expect([await topUp.state(), await topUp.wallet(), await readDebt(db, topUp.userId)]).toEqual([
    'disputed',
    0n,
    3n * DOLLAR,
  ]);
  topUp.tell(topUp.topUpId, { disputes: [contest('won')] });
  for (const _ of [1, 2]) await topUp.sync(after(7260));
  expect([await topUp.state(), await topUp.wallet(), await readDebt(db, topUp.userId)]).toEqual([
    'disputeWon',
    7n * DOLLAR,
    0n,
  ]);
  expect(await brokenPromises()).toEqual([]);
});

test('a lost dispute takes back from owners only what they earned of that payment and were not paid yet', async () => {
  const topUp = await paid();
  await spend(topUp.userId, 3n);
  topUp.tell(topUp.topUpId, { disputes: [contest('open')] });
  await topUp.sync(after(7200));
  topUp.tell(topUp.topUpId, { disputes: [contest('lost')] });
  for (const _ of [1, 2]) await topUp.sync(after(7260));
  expect([await topUp.state(), await readDebt(db, topUp.userId)]).toEqual(['disputeLost', 0n]);
  expect(await brokenPromises()).toEqual([]);
});

test('a lost dispute over money that was never spent leaves nothing for anybody to bear', async () => {
  const topUp = await paid();
  for (const state of ['open', 'lost'] as const) {
    topUp.tell(topUp.topUpId, { disputes: [contest(state)] });
    await topUp.sync(after(7200));
  }
  expect([await topUp.state(), await topUp.wallet()]).toEqual(['disputeLost', 0n]);
  expect(await brokenPromises()).toEqual([]);
});

test('an appeal that wins a lost dispute gives the wallet back what was taken from it', async () => {
  const topUp = await paid();
  await spend(topUp.userId, 3n);
  for (const state of ['lost', 'won', 'lost'] as const) {
    topUp.tell(topUp.topUpId, { disputes: [contest(state)] });
    for (const _ of [1, 2]) await topUp.sync(after(7200));
  }
  expect([await topUp.state(), await topUp.wallet()]).toEqual(['disputeWon', 7n * DOLLAR]);
  expect(await brokenPromises()).toEqual([]);
});

test('an appeal that wins gives back what owners lost, and what the person has paid since', async () => {
  const [loser, payer] = [await paid(), await paid()];
  const ownerId = await spend(loser.userId, 3n);
  await spend(payer.userId, 3n);
  for (const topUp of [loser, payer]) {
    topUp.tell(topUp.topUpId, { disputes: [contest('open')] });
    await topUp.sync(after(7200));
  }
  const wish = { userId: payer.userId, provider: payer.provider.id, amount, saveMethod: false, at: start };
  const second = await beginTopUp(payer.treasury, wish);
  const topUpId = second.ok ? second.value.id : '';
  payer.tell(topUpId, { progress: { state: 'succeeded' }, payments: [payment] });
  await syncTopUp(payer.treasury, { topUpId, at: after(7260) });
  for (const topUp of [loser, payer])
    for (const state of ['lost', 'won'] as const) {
      topUp.tell(topUp.topUpId, { disputes: [contest(state)] });
      for (const _ of [1, 2]) await topUp.sync(after(7300));
    }
  expect([await loser.wallet(), await payer.wallet()]).toEqual([7n * DOLLAR, 17n * DOLLAR]);
  const { pending, available } = await getOwnerFunds(ownerId);
  expect(pending + available).toBe(2_700_000n);
  expect(await brokenPromises()).toEqual([]);
});

test('a refund takes the unspent part only, once, and back to where it came from', async () => {
  const topUp = await paid();
  await spend(topUp.userId, 4n);
  const { treasury, userId } = topUp;
  const paymentId = (await topUp.paymentRow())?.id ?? '';
  const ask = (amount: bigint) =>
    requestRefund(treasury, {
      paymentId,
      userId,
      amount,
      requestedBy: userId,
      reason: 'no longer needed',
      at: after(7200),
    });
  expect(await ask(7n * DOLLAR)).toMatchObject({ reason: 'notEnoughLeft' });
  const both = await Promise.all([ask(5n * DOLLAR), ask(5n * DOLLAR)]);
  expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  for (const _ of [1, 2]) await sendDueRefunds(treasury, { at: after(7260) });
  await topUp.sync(after(7300));
  expect(topUp.calls.filter(({ what }) => what === 'refund')).toHaveLength(1);
  expect([await topUp.state(), await topUp.wallet()]).toEqual(['partiallyRefunded', 1n * DOLLAR]);
  expect(await brokenPromises()).toEqual([]);
});

test('a refund to an address is sent by an admin, in the currency of the account, and can be declined', async () => {
  const bank = scriptedProvider({
    currency: 'BTC',
    readDestination: (typed) => (typed.startsWith('bc1') ? typed : null),
  });
  Object.assign(bank.provider.capabilities, { refund: 'manual', anyAmount: true });
  const topUp = await begun(bank);
  const { treasury, userId } = topUp;
  topUp.tell(topUp.topUpId, {
    progress: { state: 'succeeded' },
    payments: [{ ...payment, received: money(16_500n, 'BTC'), fee: null }],
  });
  await db
    .update(topUps)
    .set({ quoteAmount: 16_500n, quotedUntil: after(900) })
    .where(eq(topUps.id, topUp.topUpId));
  await topUp.sync();
  const paymentId = (await topUp.paymentRow())?.id ?? '';
  const ask = (destination: string) =>
    requestRefund(treasury, {
      paymentId,
      userId,
      amount: 4n * DOLLAR,
      requestedBy: userId,
      reason: 'too much',
      destination,
      at: after(60),
    });
  expect(await ask('0x00')).toMatchObject({ reason: 'notADestination' });
  const [first, second] = [await ask('bc1q1'), await ask('bc1q2')];
  await sendDueRefunds(treasury, { at: after(120) });
  expect(topUp.calls.filter(({ what }) => what === 'refund')).toEqual([]);

  const by = { adminId: userId, address: '::1', at: after(120) };
  const sent = { refundId: first.ok ? first.value.refundId : '', reference: 'txid', units: 6_500n, ...by };
  expect(await settleByHand(treasury, { ...sent, units: null })).toMatchObject({ reason: 'unitsMissing' });
  expect(await settleByHand(treasury, sent)).toMatchObject({ ok: true });
  expect(await settleByHand(treasury, sent)).toMatchObject({ reason: 'notFound' });
  const declined = { refundId: second.ok ? second.value.refundId : '', problem: 'The address was closed.', ...by };
  expect(await declineByHand(treasury, declined)).toMatchObject({ ok: true });
  await topUp.sync(after(180));
  expect([await topUp.state(), await topUp.wallet()]).toEqual(['partiallyRefunded', 6n * DOLLAR]);
  expect(await brokenPromises()).toEqual([]);
});

test('a refund that somebody made at the provider leaves the wallet once', async () => {
  const topUp = await paid();
  const refund = { id: 're-9', key: null, paymentId: 'pay-1', amount: money(2n * DOLLAR), at: start };
  topUp.tell(topUp.topUpId, { refunds: [{ ...refund, state: 'succeeded' }] });
  for (const _ of [1, 2]) await topUp.sync();
  expect([await topUp.state(), await topUp.wallet()]).toEqual(['partiallyRefunded', 8n * DOLLAR]);
  expect(await brokenPromises()).toEqual([]);
});

test.each([
  ['nothing', 0n],
  ['less than nothing', -10_000n],
  ['a fraction of a cent', 10_000_001n],
  ['less than the provider takes', 990_000n],
  ['more than anybody means', 10n ** 30n],
])('a wish to pay %s is refused', async (_, wished) => {
  const bank = scriptedProvider();
  const wish = { userId: await makeUser(), provider: bank.provider.id, amount: wished, saveMethod: false, at: start };
  expect(await beginTopUp(bank.treasury, wish)).toEqual({ ok: false, reason: 'amountOutOfRange' });
  expect(bank.calls).toEqual([]);
});
