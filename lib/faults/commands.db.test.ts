import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { auditLog } from '#db/schema/admin';
import { earnings, fundingLots } from '#db/schema/payments';
import { matureEarnings } from '../earnings/commands.ts';
import { allotSpending } from '../funding/commands.ts';
import { brokerAccount, personAccount } from '../ledger/accounts.ts';
import { getEarnings, getWallet, listMovements, readDebt } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { post } from '../ledger/post.ts';
import { move } from '../ledger/postings.ts';
import { after, makeCharges, makeRental, makeUser } from '../metering/testing.ts';
import { creditFault, type FaultCredit } from './commands.ts';
import { listFaultCredits, listFaultyCharges } from './queries.ts';

const at = after(1000);

/** A rental with two charges of 100 micro-dollars, of which its owner earned 90 each. */
async function openCase({ paid = 1000n, adminId = '' } = {}) {
  const [renterId, ownerId] = [await makeUser(paid), await makeUser()];
  const rentalId = await makeRental(renterId, { ownerId, rate: 3600n });
  await makeCharges(rentalId, [100, 200]);
  const charges = await listFaultyCharges(rentalId);
  const about = { rentalId, chargeIds: charges.map(({ id }) => id), adminId: adminId || (await makeUser()) };
  const credit = (more: Partial<FaultCredit> = {}) =>
    creditFault({
      ...about,
      amount: 100n,
      atOwnersCost: true,
      reason: 'the disk was full',
      address: '192.0.2.1',
      key: randomUUID(),
      at,
      ...more,
    });
  const balances = async () => ({
    wallet: (await getWallet(renterId, at)).balance,
    pending: (await getEarnings(ownerId)).pending,
  });
  return { renterId, ownerId, rentalId, credit, balances, charges };
}

const expectBooks = async () => expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);

test('a renter has back what faulty charges cost, the owner gives what they earned of it and the broker its fee', async () => {
  const { renterId, rentalId, credit, balances } = await openCase();
  expect(await balances()).toEqual({ wallet: 800n, pending: 180n });
  expect(await credit()).toMatchObject({ ok: true });
  expect(await balances()).toEqual({ wallet: 900n, pending: 90n });
  expect(await listFaultCredits(rentalId)).toMatchObject([
    { amount: 100n, fromOwner: 90n, reason: 'the disk was full' },
  ]);
  expect((await listMovements(renterId, { page: 1 })).movements[0]).toMatchObject({ amount: 100n });
  const [lot] = await db
    .select()
    .from(fundingLots)
    .where(and(eq(fundingLots.userId, renterId), eq(fundingLots.source, 'goodwill')));
  expect(lot).toMatchObject({ userId: renterId, paymentId: null, amount: 100n });
  expect(await db.select().from(auditLog).where(eq(auditLog.objectId, rentalId))).toMatchObject([
    { action: 'faultCredited', detail: '$0.0001, $0.00009 of it from the owner: the disk was full' },
  ]);
  await expectBooks();
});

test('the broker gives all of it where the owner is not at fault, or was paid before', async () => {
  const [fair, late] = [await openCase(), await openCase()];
  expect(await fair.credit({ atOwnersCost: false })).toMatchObject({ ok: true });
  expect(await fair.balances()).toEqual({ wallet: 900n, pending: 180n });

  await allotSpending({ at });
  await db.update(earnings).set({ maturesAt: at }).where(eq(earnings.ownerId, late.ownerId));
  await matureEarnings({ at });
  expect(await late.credit()).toMatchObject({ ok: true });
  expect(await late.balances()).toEqual({ wallet: 900n, pending: 0n });
  expect(await listFaultCredits(late.rentalId)).toMatchObject([{ fromOwner: 0n }]);
  await expectBooks();
});

test('no charge is given back twice, and no more of it than the wallet paid', async () => {
  const { credit, charges, balances } = await openCase({ paid: 150n });
  expect(await credit({ amount: 151n })).toMatchObject({ reason: 'moreThanCharged' });
  const [newest] = charges;
  expect(await credit({ amount: 51n, chargeIds: [newest?.id ?? 0n] })).toMatchObject({ reason: 'moreThanCharged' });
  const both = await Promise.all([credit({ amount: 150n }), credit({ amount: 150n })]);
  expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
  expect(await credit({ amount: 1n })).toMatchObject({ reason: 'moreThanCharged' });
  expect((await balances()).wallet).toBe(150n);
  await expectBooks();
});

test('a form that is sent twice credits once', async () => {
  const { credit, balances } = await openCase();
  const key = randomUUID();
  const answers = await Promise.all([1, 2, 3].map(() => credit({ key, amount: 50n })));
  expect(answers.every(({ ok }) => ok)).toBe(true);
  expect((await balances()).wallet).toBe(850n);
});

test('charges of another rental, none at all, and nothing are refused', async () => {
  const [one, other] = [await openCase(), await openCase()];
  expect(await one.credit({ chargeIds: other.charges.map(({ id }) => id) })).toMatchObject({ reason: 'notFound' });
  expect(await one.credit({ chargeIds: [] })).toMatchObject({ reason: 'notFound' });
  expect(await one.credit({ rentalId: 'none' })).toMatchObject({ reason: 'notFound' });
  expect(await one.credit({ amount: 0n })).toMatchObject({ reason: 'amountOutOfRange' });
});

test('what a renter is given back pays first what they owe', async () => {
  const { renterId, credit, balances } = await openCase();
  const lines = move(30n, personAccount('receivable', renterId), brokerAccount('chargeback'));
  await db.transaction((tx) => post(tx, { kind: 'dispute:open', key: randomUUID(), at, about: {}, lines }));
  expect(await credit()).toMatchObject({ ok: true });
  expect([(await balances()).wallet, await readDebt(db, renterId)]).toEqual([870n, 0n]);
  await expectBooks();
});
