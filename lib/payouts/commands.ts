import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import { payoutDestinations, payoutPlans, payouts } from '#db/schema/payouts';
import { record } from '../audit/commands.ts';
import { invariant } from '../errors.ts';
import { personAccount, providerAccount } from '../ledger/accounts.ts';
import { lockAccounts, post } from '../ledger/post.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import type { Treasury } from '../payments/registry.ts';
import { inTurn } from '../process/each.ts';
import { getPayoutTerms } from '../settings/queries.ts';
import { clearHeld } from './holds.ts';
import { lockPayout, movePayout } from './moves.ts';
import { payoutReserved } from './postings.ts';
import { readAvailable, readHoldFacts } from './queries.ts';
import { holdReasonOf, lastPayday, leastPayout, payableOf } from './terms.ts';

/** Why an owner cannot be paid now. */
export type RequestRefusal = 'noDestination' | 'noProvider' | 'notReady' | 'frozen' | 'belowLeast';

/**
 * Sets all that an owner may be paid aside, in whole cents, as a payout to where they want it. Asking twice is harmless:
 * the second time there is too little.
 */
export async function requestPayout(
  { providers }: Treasury,
  { ownerId, at }: { ownerId: string; at: Date },
): Promise<Outcome<{ payoutId: string }, RequestRefusal>> {
  return db.transaction(async (tx) => {
    const { userId, removedAt } = payoutDestinations;
    const [destination] = await tx
      .select()
      .from(payoutDestinations)
      .where(and(eq(userId, ownerId), isNull(removedAt)));
    if (!destination) return refused('noDestination');
    const provider = providers.get(destination.provider);
    if (!provider || provider.capabilities.payout === 'none') return refused('noProvider');

    const terms = await getPayoutTerms(tx);
    const amount = await lockPayable(tx, ownerId, provider.id, leastPayout(terms.least, provider));
    if (amount === null) return refused('belowLeast');
    const payout = { amount, approvedBy: null, destinationId: destination.id };
    const reason = holdReasonOf(await readHoldFacts(tx, payout, terms), at);
    if (reason === 'notReady' || reason === 'frozen') return refused(reason);

    const since = { stateSince: at, createdAt: at };
    const life = reason ? { state: 'held' as const, heldFor: reason } : { state: 'reserved' as const, checkAt: at };
    const [made] = await tx
      .insert(payouts)
      .values({ ...payout, ...since, ...life, ownerId, provider: provider.id })
      .returning({ id: payouts.id });
    invariant(made, 'an insert answers its row');
    await post(tx, payoutReserved({ id: made.id, userId: ownerId, provider: provider.id, amount, at }));
    return done({ payoutId: made.id });
  });
}

async function lockPayable(tx: Tx, ownerId: string, provider: string, least: bigint): Promise<bigint | null> {
  const available = personAccount('earnAvailable', ownerId);
  await lockAccounts(tx, [available, providerAccount('payoutTransit', provider)]);
  return payableOf(await readAvailable(tx, ownerId), least);
}

/** Pays everybody who wants to be paid weekly, once a Monday, however often and how late it is called. */
export async function requestWeeklyPayouts(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  const payday = lastPayday(at);
  const due = await db
    .select({ userId: payoutPlans.userId })
    .from(payoutPlans)
    .where(and(eq(payoutPlans.weekly, true), or(isNull(payoutPlans.ranAt), lt(payoutPlans.ranAt, payday))));
  const pay = async ({ userId }: { userId: string }) => {
    await requestPayout(treasury, { ownerId: userId, at });
    await db.update(payoutPlans).set({ ranAt: payday }).where(eq(payoutPlans.userId, userId));
  };
  await inTurn(due, pay, ({ userId }) => userId);
}

/** Chooses whether an owner is paid every Monday, from the next one on, or only on request. */
export async function setWeekly({ ownerId, weekly, at }: { ownerId: string; weekly: boolean; at: Date }) {
  await db
    .insert(payoutPlans)
    .values({ userId: ownerId, weekly, ranAt: at })
    .onConflictDoUpdate({ target: payoutPlans.userId, set: { weekly, ranAt: at } });
}

/** Keeps an owner from being paid, and changes nothing else; what is on its way cannot be called back. */
export async function freezePayouts(tx: Tx, { userId, at }: { userId: string; at: Date }): Promise<void> {
  await tx
    .insert(payoutPlans)
    .values({ userId, weekly: false, frozenAt: at })
    .onConflictDoUpdate({ target: payoutPlans.userId, set: { frozenAt: at } });
}

/** Lets an owner be paid again. */
export async function thawPayouts(tx: Tx, { userId }: { userId: string }): Promise<void> {
  await tx.update(payoutPlans).set({ frozenAt: null }).where(eq(payoutPlans.userId, userId));
}

/** Takes back an own payout that nobody has been asked to carry out; its money is available again. */
export async function withdrawPayout(
  treasury: Treasury,
  { payoutId, ownerId, at }: { payoutId: string; ownerId: string; at: Date },
): Promise<Outcome<void, 'notFound' | 'tooLate'>> {
  return db.transaction(async (tx) => {
    const payout = await lockPayout(tx, payoutId);
    if (payout?.ownerId !== ownerId) return refused('notFound');
    if (payout.state === 'cancelled') return done(undefined);
    const state = payout.calledAt ? null : await movePayout(tx, treasury, { payout, event: 'withdrawn', at });
    return state ? done(undefined) : refused('tooLate');
  });
}

type Administered = { payoutId: string; adminId: string; address: string | null; at: Date };

/** Lets a large payout leave; what else it waits for, it goes on waiting for. */
export async function approvePayout(
  treasury: Treasury,
  asked: Administered,
): Promise<Outcome<void, 'notFound' | 'notHeld'>> {
  const { payoutId, adminId: approvedBy, at } = asked;
  return db.transaction(async (tx) => {
    const payout = await lockPayout(tx, payoutId);
    if (!payout) return refused('notFound');
    if (payout.state !== 'held') return refused('notHeld');
    await tx.update(payouts).set({ approvedBy }).where(eq(payouts.id, payoutId));
    await clearHeld(tx, treasury, { payout: { ...payout, approvedBy }, at });
    await audit(tx, asked, 'payoutApproved', null);
    return done(undefined);
  });
}

/** Gives a payout that has not left back to its owner, who is told why. */
export async function declinePayout(
  treasury: Treasury,
  asked: Administered & { reason: string },
): Promise<Outcome<void, 'notFound' | 'notHeld'>> {
  const { payoutId, reason, at } = asked;
  return db.transaction(async (tx) => {
    const payout = await lockPayout(tx, payoutId);
    if (!payout) return refused('notFound');
    // A call that came to nothing may still be under way somewhere.
    if (payout.state !== 'held' || payout.calledAt) return refused('notHeld');
    await movePayout(tx, treasury, { payout, event: 'withdrawn', news: { problem: reason }, at });
    await audit(tx, asked, 'payoutDeclined', reason);
    return done(undefined);
  });
}

/** Freezes or thaws an owner's payouts by hand. */
export async function setFrozen(asked: {
  userId: string;
  frozen: boolean;
  reason: string;
  adminId: string;
  address: string | null;
  at: Date;
}): Promise<Outcome<void, 'notFound'>> {
  const { userId, frozen, reason, adminId, address, at } = asked;
  return db.transaction(async (tx) => {
    const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId));
    if (!user) return refused('notFound');
    await (frozen ? freezePayouts(tx, { userId, at }) : thawPayouts(tx, { userId }));
    const action = frozen ? 'payoutsFrozen' : 'payoutsThawed';
    await record(tx, { actorId: adminId, action, objectKind: 'user', objectId: userId, detail: reason, address, at });
    return done(undefined);
  });
}

function audit(tx: Tx, { payoutId, adminId, address, at }: Administered, action: string, detail: string | null) {
  return record(tx, { actorId: adminId, action, objectKind: 'payout', objectId: payoutId, detail, address, at });
}
