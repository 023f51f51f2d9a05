import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { cutShort } from '../../db/testing/cuts.ts';
import { invariant } from '../errors.ts';
import { creditFault } from '../faults/commands.ts';
import { checkInvariants } from './invariants.ts';
import { OPENING, openScene, prepare, RATE, type Scene, settleDown, story } from './testing.ts';
import { isTakenBack, refundsOf } from './testing-bank.ts';

/** What the accounts of a scene hold, as their owners count it. */
async function readBooks({ bank, house, renterId, ownerId, rentalId }: Scene) {
  const { rows } = await db.execute<Record<Sum, string>>(sql`select
    (select coalesce(sum(-balance), 0) from ledger_accounts where party_id = ${renterId} and kind = 'wallet') as wallet,
    (select coalesce(sum(balance), 0) from ledger_accounts where party_id = ${renterId} and kind = 'receivable') as debt,
    (select coalesce(sum(-balance), 0) from ledger_accounts
      where party_id = ${ownerId} and kind in ('earnPending', 'earnAvailable')) as owner,
    (select coalesce(sum(-balance), 0) from ledger_accounts where kind = ${`payoutTransit:${house.provider.id}`}) as transit,
    (select coalesce(sum(-balance), 0) from ledger_accounts where kind = ${`refundTransit:${bank.provider.id}`}) as returning,
    (select coalesce(sum(balance), 0) from ledger_accounts where kind = ${`psp:${bank.provider.id}`}) as bank,
    (select coalesce(sum(-balance), 0) from ledger_accounts where kind = ${`psp:${house.provider.id}`}) as paid,
    (select coalesce(sum(gross), 0) from usage_charges where rental_id = ${rentalId}) as gross,
    (select coalesce(sum(uncollected), 0) from usage_charges where rental_id = ${rentalId}) as uncollected,
    (select coalesce(sum(taken_back), 0) from earnings where owner_id = ${ownerId}) as "takenBack",
    (select coalesce(sum(-amount), 0) from ledger_entries e join ledger_accounts a on a.id = account_id
      join ledger_transactions t on t.id = transaction_id
      where party_id = ${ownerId} and t.kind = 'dispute:wonLate') as restored,
    (select coalesce(sum(from_owner), 0) from fault_credits where rental_id = ${rentalId}) as "fromOwner",
    (select count(*) from refunds r join payments p on p.id = payment_id join top_ups t on t.id = top_up_id
      where user_id = ${renterId} and r.state = 'requested') as "toBeSent",
    (select coalesce(sum(balance), 0) from ledger_accounts where kind = 'goodwill') as goodwill,
    (select coalesce(sum(balance), 0) from ledger_accounts where kind = 'chargeback') as chargeback`);
  invariant(rows[0], 'a row of sums');
  return Object.fromEntries(Object.entries(rows[0]).map(([name, sum]) => [name, BigInt(sum)])) as Record<Sum, bigint>;
}
type Money = 'wallet' | 'debt' | 'owner' | 'transit' | 'returning' | 'bank' | 'paid' | 'gross' | 'uncollected';
type Sum = Money | 'takenBack' | 'restored' | 'fromOwner' | 'toBeSent' | 'goodwill' | 'chargeback';

/** What the books should hold, from nothing but what happened outside of them. */
async function readModel(scene: Scene) {
  const there = sumOf(scene.truths.filter((truth) => truth.there));
  const contested = sumOf(scene.truths.filter(isTakenBack).flatMap(({ dispute }) => dispute ?? []));
  const refunded = sumOf((await refundsOf(scene)).map(({ refund }) => refund.amount));
  const gross = (RATE * BigInt(scene.provenSeconds)) / 3600n;
  const kept = [...scene.house.known.values()].filter(({ status }) => status.state === 'paid');
  const fees = 250_000n * BigInt(kept.length);
  return { bank: there - contested - refunded, gross, earned: gross - gross / 10n, paid: sumOf(kept), fees };
}

const sumOf = (parts: { amount: bigint }[]) => parts.reduce((sum, { amount }) => sum + amount, 0n);

/** An admin who heard no answer sends the form again; those that were refused have given nothing. */
async function repeatCredits({ credits }: Scene) {
  const given = [];
  for (const credit of credits) if ((await creditFault(credit)).ok) given.push(credit);
  return sumOf(given);
}

async function expectAgreement(scene: Scene, before: Record<Sum, bigint>, given: bigint) {
  const [books, model] = [await readBooks(scene), await readModel(scene)];
  const { wallet, debt, returning, owner, transit, uncollected, fromOwner } = books;
  const takenBack = books.takenBack - books.restored;
  const writtenOff = books.chargeback - before.chargeback + takenBack - fromOwner;
  expect({ bank: books.bank, gross: books.gross }).toEqual({ bank: model.bank, gross: model.gross });
  expect(wallet - debt + returning).toBe(books.bank - (model.gross - uncollected) + writtenOff + given);
  expect(books.goodwill - before.goodwill + fromOwner).toBe(given);
  expect(books.paid).toBe(model.paid + model.fees);
  expect(owner + transit + model.paid).toBe(OPENING + model.earned - takenBack);
  expect(books.toBeSent).toBe(0n);
  expect(wallet === 0n || debt === 0n).toBe(true);
  if (!scene.truths.some(({ dispute }) => dispute?.state === 'lost')) expect(writtenOff).toBe(0n);
  expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
}

test('whatever happens in whatever order, and wherever the broker is killed, the books agree with a small model', async () => {
  const check = fc.asyncProperty(story, async (steps) => {
    const scene = await openScene();
    const before = await readBooks(scene);
    for (const step of steps) {
      if (step.does !== 'tick') scene.now += step.hours * 3600;
      const work = await prepare(scene, step);
      if (step.cutAt === null) await work();
      else await cutShort(step.cutAt, step.which % 2 ? 'unheard' : 'unasked', work);
    }
    await settleDown(scene);
    await expectAgreement(scene, before, await repeatCredits(scene));
  });
  await fc.assert(check, { numRuns: 15, endOnFailure: true });
});

test('many writers at once keep every promise of the books, without a deadlock', async () => {
  const deadlocks = async () =>
    Number(
      (await db.execute(sql`select deadlocks from pg_stat_database where datname = current_database()`)).rows[0]
        ?.deadlocks,
    );
  const before = await deadlocks();
  const scenes = await Promise.all(Array.from({ length: 6 }, openScene));
  const [steps = []] = fc.sample(fc.array(story, { minLength: 6, maxLength: 6 }), { numRuns: 1, seed: 7 });
  await Promise.all(
    scenes.map(async (scene, n) => {
      for (const step of steps[n] ?? []) {
        if (step.does !== 'tick') scene.now += step.hours * 3600;
        await (await prepare(scene, step))();
      }
      await settleDown(scene);
    }),
  );
  expect((await deadlocks()) - before).toBe(0);
  expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
});
