import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { db } from '#db/client';
import { usageCharges } from '#db/schema/ledger';
import { payments } from '#db/schema/payments';
import { matureEarnings } from '../earnings/commands.ts';
import { creditFault, type FaultCredit } from '../faults/commands.ts';
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
import { changes, leftOf, refundsOf, refuseLikeABank, type Truth } from './testing-bank.ts';

/** What the device of a scene costs an hour, and what its owner could be paid from the first moment. */
export const [RATE, OPENING] = [2n * DOLLAR, 20n * DOLLAR];
const HOUR = 3600;

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
  'fault',
  'payout',
  'submit',
  'settle',
  'return',
] as const;

/** What may happen, in any order. */
export const story = fc.array(
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

/** A renter, an owner, the rental between them, and the bank and the payout house that they use. */
export async function openScene() {
  const bank = scriptedProvider();
  const house = openHouse({ id: `house-${bank.provider.id}` });
  const providers = new Map([...bank.treasury.providers, [house.provider.id, house.provider] as const]);
  const treasury = { ...bank.treasury, providers };
  const ownerId = await makePayee(treasury, OPENING, { provider: house.provider.id, typed: 'owner@house.example' });
  const renterId = await makeUser();
  const rentalId = await makeRental(renterId, { ownerId, rate: RATE });
  const told = { truths: [] as Truth[], credits: [] as FaultCredit[], now: 0, provenSeconds: 0 };
  const scene = { bank, house, treasury, ownerId, renterId, rentalId, ...told };
  refuseLikeABank(scene);
  return scene;
}
/** One scene, and what of it the books must come to agree with. */
export type Scene = Awaited<ReturnType<typeof openScene>>;

const at = ({ now }: Scene) => after(now);

/** Has the bank say what is true of a top-up, and the broker look. */
function look(scene: Scene, { id, amount, there, dispute }: Truth) {
  const payment = { id: `pay-${id}`, received: money(amount), fee: null, at: at(scene) };
  const about = { id: `dispute-${id}`, paymentId: payment.id, fee: money(0n), at: at(scene) };
  scene.bank.tell(id, {
    progress: { state: there ? 'succeeded' : 'processing' },
    payments: there ? [payment] : [],
    disputes: dispute ? [{ ...about, state: dispute.state, amount: money(dispute.amount) }] : [],
  });
  return () => syncTopUp(scene.treasury, { topUpId: id, at: at(scene) });
}

const nothing = async () => {};

/** Lets the outside world do its part at once; answers the broker's, during which it may be killed. */
export async function prepare(scene: Scene, step: Step): Promise<() => Promise<unknown>> {
  const { treasury, ownerId, rentalId, house } = scene;
  const { does, which, dollars, hours } = step;
  const about = { at: at(scene) };
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
    case 'topUp':
      return topUp(scene, which, dollars * DOLLAR);
    case 'refund':
      return () => askBack(scene, which, (dollars * DOLLAR) / 10n);
    case 'sendRefunds':
      return () => sendDueRefunds(treasury, about);
    case 'failRefund':
      return failRefund(scene, which);
    case 'fault':
      return giveBack(scene, which, (dollars * DOLLAR) / 10n);
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
    default:
      return changeTruth(scene, does, which);
  }
}

async function topUp(scene: Scene, which: number, amount: bigint) {
  const wish = { userId: scene.renterId, provider: scene.bank.provider.id, amount, saveMethod: false, at: at(scene) };
  const begun = await beginTopUp(scene.treasury, wish);
  if (!begun.ok) return nothing;
  const truth: Truth = { id: begun.value.id, amount, onChain: which % 2 === 0, there: true, dispute: null };
  scene.truths.push(truth);
  return look(scene, truth);
}

async function changeTruth(scene: Scene, does: keyof typeof changes, which: number) {
  const { fits, news } = changes[does];
  const fitting = scene.truths.filter(fits);
  const truth = fitting[which % fitting.length];
  if (!truth) return nothing;
  // Some banks take back what is left of a payment, others all of it, sent back or not.
  const left = which % 2 ? await leftOf(scene.bank, truth) : 0n;
  return look(scene, Object.assign(truth, news(truth.dispute?.amount ?? (left || truth.amount))));
}

/** A renter wants some of a card's payment back. */
async function askBack(scene: Scene, which: number, amount: bigint) {
  const cards = scene.truths.filter(({ onChain }) => !onChain);
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
  if (!found) return nothing;
  const { refunds: all } = await scene.bank.provider.getTopUp(`ref-${found.topUpId}`);
  const failed = { ...found.refund, state: 'failed' as const, reason: 'the card is closed' };
  scene.bank.tell(found.topUpId, { refunds: all.map((one) => (one.id === failed.id ? failed : one)) });
  return () => syncTopUp(scene.treasury, { topUpId: found.topUpId, at: at(scene) });
}

/** An admin gives the renter back what one charge cost, or some of all. */
async function giveBack({ credits, ...scene }: Scene, which: number, amount: bigint) {
  const { rentalId, ownerId: adminId, now } = scene;
  const charges = await db.select().from(usageCharges).where(eq(usageCharges.rentalId, rentalId));
  const chargeIds = charges.map(({ id }) => id);
  const form = { rentalId, adminId, chargeIds, reason: 'for a test', address: '::1', key: randomUUID() };
  const credit = { ...form, amount, atOwnersCost: which % 2 === 0, at: after(now) };
  credits.push(credit);
  return () => creditFault(credit);
}

/** Everything that happens by itself, until there is no more of it. */
export async function settleDown(scene: Scene) {
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
