import { eq } from 'drizzle-orm';
import { afterEach, expect, test } from 'vitest';
import { db, type Tx } from '#db/client';
import { payments, refunds, topUps } from '#db/schema/payments';
import { untilWaiting } from '../../db/testing/waiting.ts';
import { getWallet } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { after, makeUser, start } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { PaymentError } from '../payments/provider.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import { syncTopUp } from '../top-ups/sync.ts';
import { money, scriptedProvider } from '../top-ups/testing.ts';
import { declineByHand, listRefundsByHand, settleByHand } from './by-hand.ts';
import { requestRefund, sendDueRefunds } from './commands.ts';

const amount = 10n * DOLLAR;

afterEach(async () => expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]));

/** Has `works` begin one after the other, each as far as what `lock` locks, and then lets them go on in that order. */
async function queued(lock: (tx: Tx) => Promise<unknown>, works: (() => Promise<unknown>)[]) {
  const begun = await db.transaction(async (tx) => {
    await lock(tx);
    const running: Promise<unknown>[] = [];
    for (const work of works) {
      running.push(work());
      await untilWaiting(running.length);
    }
    return running;
  });
  return Promise.all(begun);
}

/** A person who paid ten dollars and wants some of them back, or all. */
async function wishingBack(wished = amount) {
  const bank = scriptedProvider();
  const { treasury, provider, tell } = bank;
  const userId = await makeUser();
  const begun = await beginTopUp(treasury, { userId, provider: provider.id, amount, saveMethod: false, at: start });
  const topUpId = begun.ok ? begun.value.id : '';
  const payment = { id: 'pay-1', received: money(amount), fee: null, at: start };
  tell(topUpId, { progress: { state: 'succeeded' }, payments: [payment] });
  await syncTopUp(treasury, { topUpId, at: start });
  const [paid] = await db.select().from(payments).where(eq(payments.topUpId, topUpId));
  const wish = { paymentId: paid?.id ?? '', userId, requestedBy: userId, reason: 'no longer needed' };
  const ask = (wished: bigint) => requestRefund(treasury, { ...wish, amount: wished, at: after(60) });
  const asked = await ask(wished);
  const refundId = asked.ok ? asked.value.refundId : '';
  const lockRefund = (tx: Tx) => tx.select().from(refunds).where(eq(refunds.id, refundId)).for('update');
  const lockTopUp = (tx: Tx) => tx.select().from(topUps).where(eq(topUps.id, topUpId)).for('update');
  const refund = async () => (await db.select().from(refunds).where(eq(refunds.id, refundId)))[0];
  const listed = async () => (await listRefundsByHand()).filter(({ id }) => id === refundId);
  const wallet = async () => (await getWallet(userId, after(60))).balance;
  const sync = (seconds: number) => syncTopUp(treasury, { topUpId, at: after(seconds) });
  const decline = async () => {
    const by = { refundId, adminId: await makeUser(), address: '192.0.2.1', at: after(7200) };
    return declineByHand(treasury, { ...by, problem: 'The bank takes it back no more.' });
  };
  return { ...bank, topUpId, payment, refundId, refund, wallet, listed, ask, sync, decline, lockRefund, lockTopUp };
}

const atDesk = {
  id: 're-desk',
  key: null,
  paymentId: 'pay-1',
  amount: money(amount),
  at: start,
  state: 'succeeded',
} as const;

test('a refund that somebody made at the provider meanwhile takes the place of the one that waits', async () => {
  const { tell, topUpId, refund, wallet, sync, treasury, calls } = await wishingBack();
  tell(topUpId, { refunds: [atDesk] });
  for (const _ of [1, 2]) await sync(120);
  expect([(await refund())?.state, await wallet()]).toEqual(['failed', 0n]);
  await sendDueRefunds(treasury, { at: after(180) });
  expect(calls.filter(({ what }) => what === 'refund')).toEqual([]);
});

test('a refund whose call was lost gives way to one made at the provider that leaves no room for it', async () => {
  const { provider, tell, topUpId, refund, wallet, sync, treasury } = await wishingBack(4n * DOLLAR);
  provider.refund = async () => {
    throw new PaymentError(provider.id, 'no answer', 'unknown');
  };
  await sendDueRefunds(treasury, { at: after(120) });
  tell(topUpId, { refunds: [{ ...atDesk, amount: money(6n * DOLLAR) }] });
  await sync(130);
  expect((await refund())?.state).toBe('unknown');
  tell(topUpId, {
    refunds: [
      { ...atDesk, amount: money(6n * DOLLAR) },
      { ...atDesk, id: 're-2', amount: money(4n * DOLLAR) },
    ],
  });
  await sync(140);
  expect([(await refund())?.state, await wallet()]).toEqual(['failed', 0n]);
});

test('a refund made at the provider while ours is being sent there leaves the refusal of ours without effect', async () => {
  const { provider, tell, topUpId, refund, wallet, sync, treasury } = await wishingBack();
  provider.refund = async () => {
    tell(topUpId, { refunds: [atDesk] });
    await sync(120);
    throw new PaymentError(provider.id, 'refused: it was refunded before', 'misconfigured');
  };
  await sendDueRefunds(treasury, { at: after(120) });
  expect([await refund(), await wallet()]).toMatchObject([{ state: 'failed', checkAt: null }, 0n]);
});

test.each([
  ['soon', 1],
  ['only after days', 100],
])(
  'a refund that was refused, %s, is compared with the provider before it is tried again or given up',
  async (_, hours) => {
    const { provider, tell, topUpId, refund, wallet, treasury } = await wishingBack();
    provider.refund = async () => {
      tell(topUpId, { refunds: [atDesk] });
      throw new PaymentError(provider.id, 'refused: it was refunded before', 'misconfigured');
    };
    for (const more of [0, 1]) await sendDueRefunds(treasury, { at: after((hours + more) * 3600) });
    expect([(await refund())?.state, await wallet()]).toEqual(['failed', 0n]);
  },
);

test('a refund that the provider refuses for good is shown to admins, who give the money back to the wallet', async () => {
  const { provider, refundId, refund, wallet, treasury, decline, listed } = await wishingBack();
  provider.refund = async () => {
    throw new PaymentError(provider.id, 'refused: too old', 'misconfigured');
  };
  await sendDueRefunds(treasury, { at: after(3600) });
  expect(await listed()).toMatchObject([{ state: 'requested', problem: expect.stringContaining('too old') }]);
  const by = { refundId, adminId: await makeUser(), address: '192.0.2.1', at: after(7200) };
  expect(await settleByHand(treasury, { ...by, reference: 're-1', units: null })).toMatchObject({ reason: 'notFound' });
  expect(await decline()).toMatchObject({ ok: true });
  expect([(await refund())?.state, await wallet()]).toEqual(['failed', amount]);
  expect(await listed()).toMatchObject([{ state: 'failed', problem: 'The bank takes it back no more.' }]);
});

test('a refund that its provider has refused for three days is not tried again, and is shown to admins', async () => {
  const { provider, refund, treasury, listed } = await wishingBack();
  const tries: string[] = [];
  provider.refund = async ({ key }) => {
    tries.push(key);
    throw new PaymentError(provider.id, 'refused: too old', 'misconfigured');
  };
  for (const day of [1, 2, 3, 4, 5]) await sendDueRefunds(treasury, { at: after(day * 24 * 3600 + 60) });
  expect([tries.length, await refund()]).toMatchObject([3, { state: 'requested', checkAt: null }]);
  expect(await listed()).toMatchObject([{ problem: expect.stringContaining('too old') }]);
});

test('a refund whose answer was lost and that the provider still works on is asked about until it is over', async () => {
  const { provider, tell, topUpId, refundId, refund, wallet, sync, treasury } = await wishingBack();
  const working = { ...atDesk, key: `refund:${refundId}` };
  provider.refund = async () => {
    tell(topUpId, { refunds: [{ ...working, state: 'pending' }] });
    throw new PaymentError(provider.id, 'its answer was lost', 'unknown');
  };
  await sendDueRefunds(treasury, { at: after(3600) });
  await sync(3660);
  expect((await refund())?.state).toBe('pending');
  tell(topUpId, { refunds: [working] });
  await sendDueRefunds(treasury, { at: after(48 * 3600) });
  expect([(await refund())?.state, await wallet()]).toEqual(['succeeded', 0n]);
});

test('a refund that an admin declines as it is about to be sent is not sent', async () => {
  const { refund, wallet, treasury, calls, decline, lockRefund } = await wishingBack();
  await queued(lockRefund, [decline, () => sendDueRefunds(treasury, { at: after(180) })]);
  expect([(await refund())?.state, await wallet()]).toEqual(['failed', amount]);
  expect(calls.filter(({ what }) => what === 'refund')).toEqual([]);
});

test('whether the bank has taken a payment back is asked when its refund is about to be sent', async () => {
  const { tell, topUpId, refund, sync, treasury, lockTopUp } = await wishingBack();
  const dispute = { id: 'dp-1', paymentId: 'pay-1', amount: money(amount), fee: money(0n), at: start };
  tell(topUpId, { disputes: [{ ...dispute, state: 'open' }] });
  await sync(120);
  tell(topUpId, { disputes: [{ ...dispute, state: 'won' }] });
  await queued(lockTopUp, [() => sync(180), () => sendDueRefunds(treasury, { at: after(180) })]);
  expect((await refund())?.state).toBe('succeeded');
});

test('a refund whose payment is contested as it is about to be sent is not sent', async () => {
  const { tell, topUpId, refund, sync, treasury, calls, lockTopUp } = await wishingBack();
  const dispute = { id: 'dp-1', paymentId: 'pay-1', amount: money(amount), fee: money(0n), at: start };
  tell(topUpId, { disputes: [{ ...dispute, state: 'open' }] });
  await queued(lockTopUp, [() => sync(180), () => sendDueRefunds(treasury, { at: after(180) })]);
  expect((await refund())?.state).toBe('failed');
  expect(calls.filter(({ what }) => what === 'refund')).toEqual([]);
});

test('what a provider tells of a payment and a wish to have it back do not wait for each other', async () => {
  const { tell, topUpId, payment, ask, sync, lockTopUp } = await wishingBack(4n * DOLLAR);
  tell(topUpId, { payments: [{ ...payment, fee: money(DOLLAR) }] });
  const [, asked] = await queued(lockTopUp, [() => sync(120), () => ask(DOLLAR)]);
  expect(asked).toMatchObject({ ok: true });
});
