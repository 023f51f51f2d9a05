import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { payments, refunds } from '#db/schema/payments';
import { cutShort } from '../../db/testing/cuts.ts';
import { matureEarnings } from '../earnings/commands.ts';
import { invariant } from '../errors.ts';
import { allotSpending } from '../funding/commands.ts';
import { postUsage, tickMeters } from '../metering/commands.ts';
import { after, makeRental, makeUser, prove } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { requestPayout } from '../payouts/commands.ts';
import { checkPayouts, submitPayouts } from '../payouts/sending.ts';
import { makePayee, openHouse, payoutsOf } from '../payouts/testing.ts';
import { requestRefund, sendDueRefunds } from '../refunds/commands.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import { syncTopUp } from '../top-ups/sync.ts';
import { money, scriptedProvider } from '../top-ups/testing.ts';
import { checkInvariants } from './invariants.ts';

const HOUR = 3600;
const RATE = 2n * DOLLAR;
const OPENING = 20n * DOLLAR;

const kinds = [
  'tick',
  'post',
  'allot',
  'mature',
  'topUp',
  'drop',
  'comeBack',
  'refund',
  'sendRefunds',
  'failRefund',
  'dispute',
  'win',
  'lose',
  'payout',
  'submit',
  'settle',
  'return',
] as const;

const story = fc.array(
  fc.record({
    // What others need to mean anything comes more often.
    does: fc.constantFrom(
      'tick',
      'topUp',
      'topUp',
      'refund',
      'sendRefunds',
      'payout',
      'submit',
      'submit',
      'settle',
      ...kinds,
    ),
    which: fc.nat(),
    dollars: fc.bigInt(1n, 30n),
    hours: fc.constantFrom(0, 1, 5, 24 * 15),
    /** At which statement the broker is killed meanwhile, if it is. */
    cutAt: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, fc.integer({ min: 1, max: 40 })),
  }),
  { minLength: 20, maxLength: 50 },
);
type Step = typeof story extends fc.Arbitrary<(infer One)[]> ? One : never;

type Dispute = 'open' | 'won' | 'lost';
/** What really happened to the money of a top-up, by its bank. `onChain` decides what can happen to it at all. */
type Truth = { id: string; amount: bigint; onChain: boolean; there: boolean; dispute: Dispute | null };

async function openScene() {
  const bank = scriptedProvider();
  const house = openHouse({ id: `house-${bank.provider.id}` });
  const providers = new Map([...bank.treasury.providers, [house.provider.id, house.provider] as const]);
  const treasury = { ...bank.treasury, providers };
  const ownerId = await makePayee(treasury, OPENING, { provider: house.provider.id, typed: 'owner@house.example' });
  const renterId = await makeUser();
  const rentalId = await makeRental(renterId, { ownerId, rate: RATE });
  return { bank, house, treasury, ownerId, renterId, rentalId, truths: [] as Truth[], now: 0, provenSeconds: 0 };
}
type Scene = Awaited<ReturnType<typeof openScene>>;

const at = ({ now }: Scene) => after(now);

/** Has the bank say what is true of a top-up, and the broker look. */
function look(scene: Scene, { id, amount, there, dispute }: Truth) {
  const payment = { id: `pay-${id}`, received: money(amount), fee: null, at: at(scene) };
  const about = { paymentId: payment.id, amount: money(amount), fee: money(0n), at: at(scene) };
  scene.bank.tell(id, {
    progress: { state: there ? 'succeeded' : 'processing' },
    payments: there ? [payment] : [],
    disputes: dispute ? [{ id: `dispute-${id}`, ...about, state: dispute }] : [],
  });
  return () => syncTopUp(scene.treasury, { topUpId: id, at: at(scene) });
}

/** Lets the outside world do its part at once; answers the broker's, during which it may be killed. */
async function prepare(scene: Scene, { does, which, dollars, hours }: Step): Promise<() => Promise<unknown>> {
  const { treasury, ownerId, renterId, rentalId, house } = scene;
  const about = { at: at(scene) };
  const nothing = async () => {};
  const change = (fits: (truth: Truth) => boolean, news: Partial<Truth>) => {
    const fitting = scene.truths.filter(fits);
    const truth = fitting[which % fitting.length];
    return truth ? look(scene, Object.assign(truth, news)) : nothing;
  };
  switch (does) {
    case 'tick': {
      // Proofs and the clock go on together.
      const seconds = Math.min(hours, 5) * HOUR + (which % 1000);
      await prove(rentalId, scene.now, scene.now + seconds);
      Object.assign(scene, { now: scene.now + seconds + HOUR, provenSeconds: scene.provenSeconds + seconds });
      return () => tickMeters({ at: at(scene) });
    }
    case 'post':
      return () => postUsage(about);
    case 'allot':
      return () => allotSpending(about);
    case 'mature':
      return () => matureEarnings(about);
    case 'topUp': {
      const amount = dollars * DOLLAR;
      const wish = { userId: renterId, provider: scene.bank.provider.id, amount, saveMethod: false, ...about };
      const begun = await beginTopUp(treasury, wish);
      if (!begun.ok) return nothing;
      const truth: Truth = { id: begun.value.id, amount, onChain: which % 2 === 0, there: true, dispute: null };
      scene.truths.push(truth);
      return look(scene, truth);
    }
    case 'drop':
      return change(({ onChain, there }) => onChain && there, { there: false });
    case 'comeBack':
      return change(({ onChain, there }) => onChain && !there, { there: true });
    case 'refund':
      return () => askBack(scene, which, (dollars * DOLLAR) / 10n);
    case 'sendRefunds':
      return () => sendDueRefunds(treasury, about);
    case 'failRefund':
      return failRefund(scene, which);
    case 'dispute': {
      const busy = await refundedTopUps();
      return change(({ id, onChain, dispute }) => !onChain && !dispute && !busy.has(id), { dispute: 'open' });
    }
    case 'win':
      return change(({ dispute }) => dispute === 'open', { dispute: 'won' });
    case 'lose':
      return change(({ dispute }) => dispute === 'open', { dispute: 'lost' });
    case 'payout':
      return () => requestPayout(treasury, { ownerId, ...about });
    case 'submit':
      return () => submitPayouts(treasury, about);
    case 'settle':
    case 'return': {
      const [open] = await payoutsOf(ownerId).then((rows) => rows.filter(({ state }) => state === 'submitted'));
      if (open) house.decide(open.id, does === 'settle' ? 'paid' : 'returned');
      return () => checkPayouts(treasury, { at: after(scene.now + 12 * HOUR) });
    }
  }
}

/** A renter wants some of a card's payment back. */
async function askBack(scene: Scene, which: number, amount: bigint) {
  const cards = scene.truths.filter(({ onChain, dispute }) => !onChain && dispute === null);
  const topUpId = cards[which % cards.length]?.id;
  if (!topUpId) return;
  const [payment] = await db.select().from(payments).where(eq(payments.topUpId, topUpId));
  if (!payment) return;
  const who = { userId: scene.renterId, requestedBy: scene.renterId, reason: 'for a test' };
  await requestRefund(scene.treasury, { paymentId: payment.id, amount, ...who, at: at(scene) });
}

/** The bank of the card does not take a refund after all. */
async function failRefund(scene: Scene, which: number) {
  const known = await refundsOf(scene);
  const found = known[which % known.length];
  if (!found) return async () => {};
  const { refunds: all } = await scene.bank.provider.getTopUp(`ref-${found.topUpId}`);
  const failed = { ...found.refund, state: 'failed' as const, reason: 'the card is closed' };
  scene.bank.tell(found.topUpId, { refunds: all.map((one) => (one.id === failed.id ? failed : one)) });
  return () => syncTopUp(scene.treasury, { topUpId: found.topUpId, at: at(scene) });
}

/** The refunds that the bank has carried out and not taken back. */
async function refundsOf({ bank, truths }: Scene) {
  const known = await Promise.all(
    truths.map(async ({ id: topUpId }) => {
      const { refunds: all } = await bank.provider.getTopUp(`ref-${topUpId}`);
      return all.map((refund) => ({ topUpId, refund }));
    }),
  );
  return known.flat().filter(({ refund }) => refund.state === 'succeeded');
}

async function refundedTopUps() {
  const rows = await db
    .select({ topUpId: payments.topUpId })
    .from(refunds)
    .innerJoin(payments, eq(payments.id, refunds.paymentId));
  return new Set(rows.map(({ topUpId }) => topUpId));
}

/** Everything that happens by itself, until there is no more of it. */
async function settleDown(scene: Scene) {
  for (let day = 0; day < 3; day++) {
    scene.now += 24 * HOUR;
    const about = { at: at(scene) };
    await tickMeters(about);
    await postUsage(about);
    await allotSpending(about);
    await sendDueRefunds(scene.treasury, about);
    await submitPayouts(scene.treasury, about);
    await checkPayouts(scene.treasury, { at: after(scene.now + 12 * HOUR) });
    for (const truth of scene.truths) await look(scene, truth)();
  }
}

/** What the accounts of a scene hold, as their owners count it. */
async function readBooks({ bank, house, renterId, ownerId, rentalId }: Scene) {
  const { rows } = await db.execute<Record<string, string>>(sql`select
    (select coalesce(sum(-balance), 0) from ledger_accounts where party_id = ${renterId} and kind in ('wallet', 'receivable')) as renter,
    (select coalesce(sum(-balance), 0) from ledger_accounts
      where party_id = ${ownerId} and kind in ('earnPending', 'earnAvailable')) as owner,
    (select coalesce(sum(-balance), 0) from ledger_accounts where kind = ${`payoutTransit:${house.provider.id}`}) as transit,
    (select coalesce(sum(balance), 0) from ledger_accounts where kind = ${`psp:${bank.provider.id}`}) as bank,
    (select coalesce(sum(-balance), 0) from ledger_accounts where kind = ${`psp:${house.provider.id}`}) as paid,
    (select coalesce(sum(gross), 0) from usage_charges where rental_id = ${rentalId}) as gross,
    (select coalesce(sum(uncollected), 0) from usage_charges where rental_id = ${rentalId}) as uncollected,
    (select coalesce(sum(taken_back), 0) from earnings where owner_id = ${ownerId}) as "takenBack",
    (select coalesce(sum(balance), 0) from ledger_accounts where kind = 'chargeback') as chargeback`);
  invariant(rows[0], 'a row of sums');
  return Object.fromEntries(Object.entries(rows[0]).map(([name, sum]) => [name, BigInt(sum)])) as Record<
    string,
    bigint
  >;
}

/** What the books should hold, from nothing but what happened outside of them. */
async function readModel(scene: Scene) {
  const there = sumOf(scene.truths.filter((truth) => truth.there));
  const contested = sumOf(scene.truths.filter(({ dispute }) => dispute === 'open' || dispute === 'lost'));
  const refunded = (await refundsOf(scene)).reduce((sum, { refund }) => sum + refund.amount.amount, 0n);
  const gross = (RATE * BigInt(scene.provenSeconds)) / BigInt(HOUR);
  const kept = [...scene.house.known.values()].filter(({ status }) => status.state === 'paid');
  const paid = kept.reduce((sum, payout) => sum + payout.amount, 0n);
  return { bank: there - contested - refunded, gross, earned: gross - gross / 10n, paid };
}

const sumOf = (truths: Truth[]) => truths.reduce((sum, { amount }) => sum + amount, 0n);

test('whatever happens in whatever order, and wherever the broker is killed, the books agree with a small model', async () => {
  const check = fc.asyncProperty(story, async (steps) => {
    const scene = await openScene();
    const before = await readBooks(scene);
    for (const step of steps) {
      if (step.does !== 'tick') scene.now += step.hours * HOUR;
      const work = await prepare(scene, step);
      if (step.cutAt === null) await work();
      else await cutShort(step.cutAt, step.which % 2 ? 'unheard' : 'unasked', work);
    }
    await settleDown(scene);

    const [books, model] = [await readBooks(scene), await readModel(scene)];
    const { bank, gross, renter, owner = 0n, transit = 0n, uncollected = 0n, takenBack = 0n } = books;
    const writtenOff = (books.chargeback ?? 0n) - (before.chargeback ?? 0n) + takenBack;
    expect({ bank, gross }).toEqual({ bank: model.bank, gross: model.gross });
    expect(renter).toBe(model.bank - (model.gross - uncollected) + writtenOff);
    const fees =
      250_000n * BigInt([...scene.house.known.values()].filter(({ status }) => status.state === 'paid').length);
    expect(books.paid).toBe(model.paid + fees);
    expect(owner + transit + model.paid).toBe(OPENING + model.earned - takenBack);
    if (!scene.truths.some(({ dispute }) => dispute === 'lost')) expect(writtenOff).toBe(0n);
    expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
  });
  await fc.assert(check, { numRuns: 15, interruptAfterTimeLimit: 45_000, markInterruptAsFailure: false });
}, 180_000);

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
        if (step.does !== 'tick') scene.now += step.hours * HOUR;
        await (await prepare(scene, step))();
      }
      await settleDown(scene);
    }),
  );
  expect((await deadlocks()) - before).toBe(0);
  expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
}, 180_000);
