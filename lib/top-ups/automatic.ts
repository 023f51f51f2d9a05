import { and, eq, gte, isNotNull, isNull, notInArray, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { topUps } from '#db/schema/payments';
import { autoTopUps, savedMethods } from '#db/schema/wallets';
import { invariant } from '../errors.ts';
import { DOLLAR } from '../money.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { CENT } from '../payments/cents.ts';
import { PaymentError, type PaymentProvider } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { inTurn } from '../process/each.ts';
import { hasOpenDispute } from './contests.ts';
import { openTopUpStates } from './lifecycle.ts';
import { partyOf } from './party.ts';
import { followStatus, syncTopUp, type TopUp } from './sync.ts';

const HOUR_MS = 3_600_000;

/** How a person wants to be topped up by itself: when less than `threshold` is left, by `amount`, `monthlyCap` at most. */
export type AutoTopUp = { savedMethodId: string; threshold: bigint; amount: bigint; monthlyCap: bigint };

/** Sets automatic top-ups up, or changes them; refusals of before are forgotten. */
export async function setAutoTopUp(
  { providers }: Treasury,
  { userId, at, ...wish }: AutoTopUp & { userId: string; at: Date },
): Promise<Outcome<void, 'noMethod' | 'amountOutOfRange'>> {
  const own = and(
    eq(savedMethods.id, wish.savedMethodId),
    eq(savedMethods.userId, userId),
    isNull(savedMethods.forgottenAt),
  );
  const [method] = await db.select().from(savedMethods).where(own);
  const provider = method && providers.get(method.provider);
  if (!provider?.chargeSaved) return refused('noMethod');
  const { threshold, amount, monthlyCap } = wish;
  const sensible = amount >= provider.least.topUp && amount % CENT === 0n && amount <= monthlyCap;
  if (!sensible || threshold < 0n || threshold > 1000n * DOLLAR || monthlyCap > 10_000n * DOLLAR) {
    return refused('amountOutOfRange');
  }
  const fresh = { ...wish, failures: 0, nextAttemptAt: at, stoppedAt: null };
  await db
    .insert(autoTopUps)
    .values({ userId, ...fresh })
    .onConflictDoUpdate({ target: autoTopUps.userId, set: fresh });
  return done(undefined);
}

/** Tops nothing up by itself any more. */
export async function stopAutoTopUp({ userId }: { userId: string }): Promise<void> {
  await db.delete(autoTopUps).where(eq(autoTopUps.userId, userId));
}

/** Takes a saved way to pay out of use; automatic top-ups by it stop, and its provider is told: see `detachMethods`. */
export async function forgetMethod({
  userId,
  savedMethodId,
  at,
}: {
  userId: string;
  savedMethodId: string;
  at: Date;
}): Promise<Outcome<void, 'notFound'>> {
  const own = and(
    eq(savedMethods.id, savedMethodId),
    eq(savedMethods.userId, userId),
    isNull(savedMethods.forgottenAt),
  );
  const [method] = await db.select().from(savedMethods).where(own);
  if (!method) return refused('notFound');
  await db.transaction(async (tx) => {
    await tx.delete(autoTopUps).where(eq(autoTopUps.savedMethodId, savedMethodId));
    await tx.update(savedMethods).set({ forgottenAt: at }).where(eq(savedMethods.id, savedMethodId));
  });
  return done(undefined);
}

/** Has providers forget what people had us forget, until each of them has. */
export async function detachMethods({ providers }: Treasury, { at }: { at: Date }): Promise<void> {
  const attached = and(isNotNull(savedMethods.forgottenAt), isNull(savedMethods.detachedAt));
  const forgotten = await db.select().from(savedMethods).where(attached);
  await inTurn(forgotten, async ({ id, provider: providerId, reference }) => {
    const provider = providers.get(providerId);
    if (!provider) return;
    await provider.forgetMethod?.(reference);
    await db
      .update(savedMethods)
      .set({ detachedAt: at })
      .where(and(eq(savedMethods.id, id), attached));
  });
}

/** Tops up everybody who asked for it and has too little left: at most once an hour, never beyond the month's cap. */
export async function topUpAutomatically(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  const { rows } = await db.execute<{ user_id: string }>(sql`
    select user_id from auto_top_ups a
    left join ledger_accounts w on w.party_id = a.user_id and w.kind = 'wallet' and w.currency = 'USD'
    cross join lateral (
      select coalesce(sum(div(rate::numeric * billable_ms, 3600000) - posted_gross), 0) as unposted
      from rental_meters where renter_account_id = w.id and open
    ) used
    where stopped_at is null and next_attempt_at <= ${at.toISOString()} and coalesce(-w.balance, 0) - unposted < threshold`);
  const userIds = rows.map((row) => row.user_id);
  await inTurn(userIds, (userId) => topUpPerson(treasury, userId, at));
}

async function topUpPerson(treasury: Treasury, userId: string, at: Date) {
  const topUp = await db.transaction((tx) => decide(tx, treasury, userId, at));
  if (topUp) await chargeAutomatic(treasury, topUp, at);
}

/** Stored with its key before anything is taken; the next attempt is an hour away whatever becomes of this one. */
async function decide(tx: Tx, { providers }: Treasury, userId: string, at: Date): Promise<TopUp | null> {
  const [plan] = await tx.select().from(autoTopUps).where(eq(autoTopUps.userId, userId)).for('update');
  if (!plan || plan.stoppedAt || plan.nextAttemptAt > at) return null;
  await tx
    .update(autoTopUps)
    .set({ nextAttemptAt: new Date(at.getTime() + HOUR_MS) })
    .where(eq(autoTopUps.userId, userId));

  const [method] = await tx.select().from(savedMethods).where(eq(savedMethods.id, plan.savedMethodId));
  const usable = method && !method.forgottenAt && providers.get(method.provider)?.chargeSaved;
  if (!usable || (await isBusy(tx, userId)) || (await readMonth(tx, userId, at)) + plan.amount > plan.monthlyCap)
    return null;
  const { provider, id: savedMethodId } = method;
  const [topUp] = await tx
    .insert(topUps)
    .values({
      userId,
      provider,
      amount: plan.amount,
      automatic: true,
      savedMethodId,
      stateSince: at,
      createdAt: at,
      checkAt: at,
    })
    .returning();
  return topUp ?? null;
}

/** While a payment is contested, or another automatic top-up is under way, nothing is taken. */
async function isBusy(tx: Tx, userId: string): Promise<boolean> {
  const open = sql`${topUps.state} in ${[...openTopUpStates]}`;
  const own = and(eq(topUps.userId, userId), topUps.automatic, open);
  const [underWay] = await tx.select({ id: topUps.id }).from(topUps).where(own).limit(1);
  return underWay !== undefined || (await hasOpenDispute(tx, userId));
}

/** What was topped up by itself in this calendar month (UTC), or still may be. */
async function readMonth(tx: Tx, userId: string, at: Date): Promise<bigint> {
  const first = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
  const counted = and(eq(topUps.userId, userId), topUps.automatic, gte(topUps.createdAt, first));
  const [month] = await tx
    .select({ sum: sql<string>`coalesce(sum(${topUps.amount}), 0)` })
    .from(topUps)
    .where(and(counted, notInArray(topUps.state, ['failed', 'expired', 'cancelled'])));
  return BigInt(month?.sum ?? 0);
}

/**
 * Takes the money of an automatic top-up, or finds out whether it was taken when an earlier answer was lost: within the
 * provider's memory the same key is repeated, later, or once the person wants no more of it, it is only asked. Never
 * under another key.
 */
export async function chargeAutomatic(treasury: Treasury, topUp: TopUp, at: Date): Promise<void> {
  const provider = treasury.providers.get(topUp.provider);
  const [method] = await db
    .select()
    .from(savedMethods)
    .where(eq(savedMethods.id, topUp.savedMethodId ?? topUp.id));
  if (!provider?.chargeSaved || !method) return;
  const remembered = at.getTime() - topUp.createdAt.getTime() < provider.keyHours * HOUR_MS;
  try {
    const taken =
      remembered && (await isWanted(topUp))
        ? await charge(treasury, provider, topUp, method.reference)
        : await ask(provider, topUp, method.reference);
    if (!taken) return void (await giveUp(topUp, at));
    await db.update(topUps).set({ reference: taken.reference }).where(eq(topUps.id, topUp.id));
    const followed = await followStatus(treasury, { topUp, status: taken.status, at });
    if (!followed) await syncTopUp(treasury, { topUpId: topUp.id, at });
  } catch (error) {
    // It stays as it is, and is due again: see checkDueTopUps.
    if (!(error instanceof PaymentError)) throw error;
    await db.update(topUps).set({ problem: error.message }).where(eq(topUps.id, topUp.id));
  }
}

/** Whether the person has stopped nothing since this top-up was begun. */
async function isWanted({ userId, savedMethodId }: TopUp): Promise<boolean> {
  const [plan] = await db.select().from(autoTopUps).where(eq(autoTopUps.userId, userId));
  return plan?.savedMethodId === savedMethodId && plan?.stoppedAt === null;
}

async function charge({ publicUrl }: Treasury, provider: PaymentProvider, topUp: TopUp, savedMethod: string) {
  const { id: topUpId, amount, userId } = topUp;
  invariant(provider.chargeSaved, `${provider.id} charges no saved methods`);
  return provider.chargeSaved({
    topUpId,
    amount,
    party: await partyOf(userId),
    savedMethod,
    returnUrl: `${publicUrl}/wallet/top-ups/${topUpId}?back=paid`,
    key: `topUp:${topUpId}:charge`,
  });
}

async function ask(provider: PaymentProvider, { id: topUpId, createdAt: since }: TopUp, savedMethod: string) {
  const reference = await provider.findTopUp?.({ topUpId, savedMethod, since });
  return reference ? { reference, status: await provider.getTopUp(reference) } : null;
}

/** Unless a webhook has found it meanwhile. */
async function giveUp({ id }: TopUp, at: Date) {
  const lost = and(eq(topUps.id, id), isNull(topUps.reference));
  await db.update(topUps).set({ state: 'expired', stateSince: at, checkAt: null }).where(lost);
}
