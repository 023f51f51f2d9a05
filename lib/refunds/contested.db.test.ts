import { eq } from 'drizzle-orm';
import { afterEach, expect, test } from 'vitest';
import { db } from '#db/client';
import { ledgerAccounts } from '#db/schema/ledger';
import { payments, refunds } from '#db/schema/payments';
import { getWallet, readDebt } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { after, makeCharges, makeRental, makeUser } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import type { Dispute } from '../payments/provider.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import { syncTopUp } from '../top-ups/sync.ts';
import { money, scriptedProvider } from '../top-ups/testing.ts';
import { requestRefund, sendDueRefunds } from './commands.ts';

afterEach(async () => expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]));

/** Somebody who pays ten dollars at a time by a bank that takes back and sends back. */
async function openCase() {
  const bank = scriptedProvider();
  const userId = await makeUser();
  const at = after(7200);
  const pay = async () => {
    const wish = { userId, provider: bank.provider.id, amount: 10n * DOLLAR, saveMethod: false, at };
    const begun = await beginTopUp(bank.treasury, wish);
    if (!begun.ok) throw begun;
    const topUpId = begun.value.id;
    const sync = () => syncTopUp(bank.treasury, { topUpId, at });
    const received = { id: `pay-${topUpId}`, received: money(10n * DOLLAR), fee: null, at };
    bank.tell(topUpId, { progress: { state: 'succeeded' }, payments: [received] });
    await sync();
    const [payment] = await db.select().from(payments).where(eq(payments.topUpId, topUpId));
    const paymentId = payment?.id ?? '';
    const refund = (dollars: bigint) =>
      requestRefund(bank.treasury, {
        paymentId,
        userId,
        requestedBy: userId,
        reason: '',
        amount: dollars * DOLLAR,
        at,
      });
    const contest = (state: Dispute['state'], dollars: bigint) => {
      const about = { id: `dp-${topUpId}`, paymentId: received.id, fee: money(0n), at };
      bank.tell(topUpId, { disputes: [{ ...about, state, amount: money(dollars * DOLLAR) }] });
      return sync();
    };
    const failRefunds = async () => {
      const status = await bank.provider.getTopUp(`ref-${topUpId}`);
      const failed = { state: 'failed' as const, reason: 'the card is closed' };
      bank.tell(topUpId, { refunds: status.refunds.map((one) => ({ ...one, ...failed })) });
      await sync();
    };
    const states = async () =>
      (await db.select().from(refunds).where(eq(refunds.paymentId, paymentId))).map((one) => one.state);
    return { refund, contest, failRefunds, states };
  };
  const send = () => sendDueRefunds(bank.treasury, { at });
  /** In dollars: what the wallet has, what its person owes. */
  const standing = async () => [(await getWallet(userId, at)).balance / DOLLAR, (await readDebt(db, userId)) / DOLLAR];
  const spend = async (dollars: bigint) =>
    makeCharges(await makeRental(userId, { rate: dollars * DOLLAR, ownerId: await makeUser() }), [3600]);
  return { ...bank, pay, send, spend, standing };
}

async function lostToDisputes() {
  const [row] = await db.select().from(ledgerAccounts).where(eq(ledgerAccounts.kind, 'chargeback'));
  return row?.balance ?? 0n;
}

test('a refund that still waits when its payment is contested is not sent, and settles what is owed', async () => {
  const { pay, send, standing, calls } = await openCase();
  const payment = await pay();
  expect(await payment.refund(4n)).toMatchObject({ ok: true });
  await payment.contest('open', 10n);
  expect(await standing()).toEqual([0n, 4n]);
  await send();
  expect(calls.filter(({ what }) => what === 'refund')).toEqual([]);
  expect([await payment.states(), await standing()]).toEqual([['failed'], [0n, 0n]]);
});

test('what a dispute brings back of a payment can be sent back only as far as it was not before', async () => {
  const { pay, send, standing } = await openCase();
  const [first] = [await pay(), await pay()];
  await first.refund(4n);
  await send();
  for (const state of ['open', 'won'] as const) await first.contest(state, 10n);
  expect(await standing()).toEqual([16n, 0n]);
  expect(await first.refund(7n)).toMatchObject({ reason: 'notEnoughLeft' });
  expect(await first.refund(6n)).toMatchObject({ ok: true });
});

test('a payment that was lost to its bank cannot be sent back', async () => {
  const { pay, send } = await openCase();
  const payment = await pay();
  await payment.refund(4n);
  await send();
  for (const state of ['open', 'lost'] as const) await payment.contest(state, 6n);
  await payment.failRefunds();
  expect(await payment.refund(4n)).toMatchObject({ reason: 'notRefundable' });
});

test('a refund that comes back pays first what its person owes, so that nobody bears it', async () => {
  const { pay, send, spend, standing } = await openCase();
  const before = await lostToDisputes();
  const payment = await pay();
  await payment.refund(4n);
  await send();
  await spend(3n);
  await payment.contest('open', 6n);
  expect(await standing()).toEqual([0n, 3n]);
  await payment.failRefunds();
  expect(await standing()).toEqual([1n, 0n]);
  await payment.contest('lost', 6n);
  expect([await standing(), (await lostToDisputes()) - before]).toEqual([[1n, 0n], 0n]);
});

test('a dispute that is won pays first what its person owes for another', async () => {
  const { pay, spend, standing } = await openCase();
  const [first, second] = [await pay(), await pay()];
  await spend(10n);
  await second.contest('open', 10n);
  await first.contest('open', 10n);
  expect(await standing()).toEqual([0n, 10n]);
  await second.contest('won', 10n);
  expect(await standing()).toEqual([0n, 0n]);
});

test('an appeal gives the wallet what it paid of a lost dispute, also what it paid as a debt', async () => {
  const { pay, spend, standing } = await openCase();
  const before = await lostToDisputes();
  const payment = await pay();
  await spend(3n);
  await payment.contest('open', 10n);
  await pay();
  await payment.contest('lost', 10n);
  expect(await standing()).toEqual([7n, 0n]);
  await payment.contest('won', 10n);
  expect([await standing(), (await lostToDisputes()) - before]).toEqual([[17n, 0n], 0n]);
});
