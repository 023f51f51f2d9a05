import { randomUUID } from 'node:crypto';
import { asc, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { earnings, fundingLots, payments } from '#db/schema/payments';
import { untilWaiting } from '../../db/testing/waiting.ts';
import { matureEarnings, takeBackPending } from '../earnings/commands.ts';
import { getEarnings, getWallet } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { after, makeCharges, makeRental, makeUser, start } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { creditWallet } from '../payments/manual.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import { syncTopUp } from '../top-ups/sync.ts';
import { money, scriptedProvider } from '../top-ups/testing.ts';
import { allotSpending, getUnspent, takeFromLots } from './commands.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

async function credit(userId: string, amount: bigint) {
  const paper = { userId, adminId: userId, reason: 'cash', key: randomUUID(), address: '::1', at: start };
  await creditWallet({ ...paper, amount });
}

const lotsOf = (userId: string) =>
  db
    .select({ amount: fundingLots.amount, spent: fundingLots.spent })
    .from(fundingLots)
    .where(eq(fundingLots.userId, userId))
    .orderBy(asc(fundingLots.id));

const earnedBy = (ownerId: string) => db.select().from(earnings).where(eq(earnings.ownerId, ownerId));

/** A renter who paid these amounts in, in this order, and an owner of something for a dollar an hour. */
async function makePair(amounts: bigint[], owner?: string) {
  const [renterId, ownerId] = [await makeUser(), owner ?? (await makeUser())];
  for (const amount of amounts) await credit(renterId, amount);
  const rentalId = await makeRental(renterId, { rate: DOLLAR, ownerId });
  return { renterId, ownerId, rentalId };
}

test('the oldest money is spent first', async () => {
  const { renterId, rentalId } = await makePair([2n * DOLLAR, 3n * DOLLAR]);
  await makeCharges(rentalId, [3 * HOUR]);
  await allotSpending({ at: after(3 * HOUR) });
  expect(await lotsOf(renterId)).toEqual([
    { amount: 2n * DOLLAR, spent: 2n * DOLLAR },
    { amount: 3n * DOLLAR, spent: 1n * DOLLAR },
  ]);
});

test('allotting again, or many at once, changes nothing', async () => {
  const { renterId, ownerId, rentalId } = await makePair([9n * DOLLAR]);
  await makeCharges(rentalId, [HOUR, 2 * HOUR]);
  await Promise.all([1, 2, 3, 4].map(() => allotSpending({ at: after(2 * HOUR) })));
  await allotSpending({ at: after(2 * HOUR) });
  expect(await lotsOf(renterId)).toEqual([{ amount: 9n * DOLLAR, spent: 2n * DOLLAR }]);
  expect(await earnedBy(ownerId)).toMatchObject([{ gross: 2n * DOLLAR, earned: 1_800_000n }]);
});

test('an owner is paid for what no wallet could pay, and that waits longest', async () => {
  const { ownerId, rentalId } = await makePair([1n * DOLLAR]);
  await makeCharges(rentalId, [3 * HOUR]);
  await allotSpending({ at: after(3 * HOUR) });
  const parts = await earnedBy(ownerId);
  expect(parts.map(({ lotId, earned }) => [lotId === null, earned]).sort()).toEqual([
    [false, 900_000n],
    [true, 1_800_000n],
  ]);
});

test('earnings can be paid out once their money cannot be called back any more, and not before', async () => {
  const { ownerId, rentalId } = await makePair([5n * DOLLAR]);
  await makeCharges(rentalId, [HOUR]);
  await allotSpending({ at: after(HOUR) });
  const pending = async () => (await getEarnings(ownerId)).pending;
  await matureEarnings({ at: after(DAY) });
  expect(await pending()).toBe(900_000n);
  for (const _ of [1, 2]) await matureEarnings({ at: after(2 * DAY) });
  expect(await pending()).toBe(0n);
  expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
});

test('however money comes in and is spent, lots say what the wallet says, and earnings what the ledger says', async () => {
  const anyHistory = fc.record({
    amounts: fc.array(fc.bigInt(1n, 5n * DOLLAR), { minLength: 1, maxLength: 4 }),
    hours: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(anyHistory, async ({ amounts, hours }) => {
      const { renterId, ownerId, rentalId } = await makePair(amounts);
      for (const hour of hours.toSorted((one, other) => one - other)) {
        await makeCharges(rentalId, [hour * HOUR]);
        await allotSpending({ at: after(hour * HOUR) });
      }
      const unspent = (await lotsOf(renterId)).reduce((sum, { amount, spent }) => sum + amount - spent, 0n);
      expect(unspent).toBe((await getWallet(renterId, start)).balance);
      const earned = (await earnedBy(ownerId)).reduce((sum, part) => sum + part.earned, 0n);
      expect(earned).toBe((await getEarnings(ownerId)).pending);
    }),
    { numRuns: 15 },
  );
});

test('who gives a payment back while spending is allotted waits for it, or it waits for them', async () => {
  const { renterId, rentalId } = await makePair([2n * DOLLAR]);
  const { treasury, provider, tell } = scriptedProvider();
  const wish = { userId: renterId, provider: provider.id, amount: 3n * DOLLAR, saveMethod: false, at: start };
  const begun = await beginTopUp(treasury, wish);
  const topUpId = begun.ok ? begun.value.id : '';
  const paid = { id: 'pay-1', received: money(3n * DOLLAR), fee: null, at: start };
  tell(topUpId, { progress: { state: 'succeeded' }, payments: [paid] });
  await syncTopUp(treasury, { topUpId, at: start });
  const [payment] = await db.select().from(payments).where(eq(payments.topUpId, topUpId));
  const paymentId = payment?.id ?? '';
  await makeCharges(rentalId, [4 * HOUR]);

  let allotting = Promise.resolve();
  await db.transaction(async (tx) => {
    expect(await getUnspent(tx, paymentId)).toBe(3n * DOLLAR);
    allotting = allotSpending({ at: after(4 * HOUR) });
    await untilWaiting(1);
    await takeFromLots(tx, { userId: renterId, paymentId, amount: DOLLAR });
  });
  await allotting;
  expect(await lotsOf(renterId)).toMatchObject([{ spent: 2n * DOLLAR }, { spent: 2n * DOLLAR }]);
});

test('who takes earnings back while spending is allotted waits for it, or it waits for them', async () => {
  const ownerId = await makeUser();
  const older = await makePair([9n * DOLLAR], ownerId);
  const newer = await makePair([9n * DOLLAR], ownerId);
  // The newer money earns first, so that the earnings of the two are numbered the other way round.
  await makeCharges(newer.rentalId, [HOUR]);
  await allotSpending({ at: after(HOUR) });
  await makeCharges(older.rentalId, [2 * HOUR]);
  await allotSpending({ at: after(2 * HOUR) });
  await makeCharges(newer.rentalId, [3 * HOUR]);
  await makeCharges(older.rentalId, [4 * HOUR]);

  const [, last] = (await earnedBy(ownerId)).sort((one, other) => Number(one.id - other.id));
  const both: Promise<unknown>[] = [];
  await db.transaction(async (tx) => {
    await tx
      .select()
      .from(earnings)
      .where(eq(earnings.id, last?.id ?? 0n))
      .for('update');
    both.push(allotSpending({ at: after(4 * HOUR) }));
    await untilWaiting(1);
    both.push(db.transaction((other) => takeBackPending(other, { ownerId, amount: DOLLAR })));
    await untilWaiting(2);
  });
  await Promise.all(both);
  const left = (await earnedBy(ownerId)).map(({ earned, takenBack }) => [earned, takenBack]);
  expect(left.sort()).toEqual([
    [2_700_000n, 0n],
    [3_600_000n, DOLLAR],
  ]);
});
