import { and, eq, lte, sql } from 'drizzle-orm';
import { db } from '#db/client';
import { topUps } from '#db/schema/payments';
import { invariant } from '../errors.ts';
import { CURRENCY } from '../ledger/accounts.ts';
import { DOLLAR } from '../money.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { CENT } from '../payments/cents.ts';
import { PaymentError, type PaymentProvider } from '../payments/provider.ts';
import { unitsFor } from '../payments/quotes.ts';
import type { Treasury } from '../payments/registry.ts';
import { inTurn } from '../process/each.ts';
import { allow } from '../rate-limits/commands.ts';
import { chargeAutomatic } from './automatic.ts';
import { nextTopUpState } from './lifecycle.ts';
import { partyOf } from './party.ts';
import { patienceMs, syncTopUp, type TopUp } from './sync.ts';

/** The most that one top-up may be. */
export const largestTopUp = 10_000n * DOLLAR;

/** For how long the price of a coin is locked. */
const QUOTE_MS = 15 * 60_000;

/** A person's wish to pay in. */
export type Wish = { userId: string; provider: string; amount: bigint; saveMethod: boolean; at: Date };

/** Why a wish to pay in was refused. */
export type TopUpRefusal = 'notOffered' | 'amountOutOfRange' | 'tooManyTries' | 'providerAway';

/** Begins a top-up; the answer's `id` names the page on which the person finishes it. */
export async function beginTopUp(treasury: Treasury, wish: Wish): Promise<Outcome<{ id: string }, TopUpRefusal>> {
  const { userId, amount, at } = wish;
  const provider = treasury.providers.get(wish.provider);
  if (!provider?.capabilities.topUp) return refused('notOffered');
  if (amount < provider.least.topUp || amount > largestTopUp || amount % CENT !== 0n)
    return refused('amountOutOfRange');
  if (!(await allow({ key: `topUp:${userId}`, limit: 30, windowSeconds: 3600, at }))) return refused('tooManyTries');

  try {
    const topUp = await storeWish(treasury, provider, wish);
    await begin(treasury, provider, topUp);
    return done({ id: topUp.id });
  } catch (error) {
    if (error instanceof PaymentError) return refused('providerAway');
    throw error;
  }
}

/** Stored before the provider hears of it, so that its key is never used for anything else. */
async function storeWish(treasury: Treasury, provider: PaymentProvider, wish: Wish): Promise<TopUp> {
  const { amount, at, userId } = wish;
  const isChain = treasury.chains.has(provider.id);
  const quote = provider.currency === CURRENCY ? {} : await lockPrice(treasury, provider, amount, at);
  const [topUp] = await db
    .insert(topUps)
    .values({
      userId,
      provider: provider.id,
      amount,
      saveMethod: wish.saveMethod && provider.capabilities.autoTopUp,
      addressIndex: isChain ? sql`nextval('address_indexes')` : null,
      ...quote,
      stateSince: at,
      createdAt: at,
      checkAt: new Date(at.getTime() + patienceMs(0)),
    })
    .returning();
  invariant(topUp, 'an insert answers its row');
  return topUp;
}

async function lockPrice({ priceOf, chains }: Treasury, { id, currency }: PaymentProvider, amount: bigint, at: Date) {
  const decimals = chains.get(id)?.decimals ?? 0;
  const quoteAmount = unitsFor(amount, await priceOf(currency), decimals);
  return { quoteAmount, quotedUntil: new Date(at.getTime() + QUOTE_MS) };
}

/** The same key again, as after an answer that was lost, begins nothing new. */
async function begin({ publicUrl }: Treasury, provider: PaymentProvider, topUp: TopUp) {
  const { id: topUpId, amount, saveMethod, addressIndex, quoteAmount, quotedUntil } = topUp;
  const page = `${publicUrl}/wallet/top-ups/${topUpId}`;
  const quote = quoteAmount !== null && quotedUntil !== null;
  const { reference, action } = await provider.beginTopUp({
    topUpId,
    amount,
    party: await partyOf(topUp.userId),
    returnUrl: `${page}?back=paid`,
    cancelUrl: `${page}?back=left`,
    saveMethod,
    key: `topUp:${topUpId}:begin`,
    quote: quote ? { currency: provider.currency, amount: quoteAmount, dollars: amount, until: quotedUntil } : null,
    addressIndex: addressIndex ?? 0,
  });
  await db
    .update(topUps)
    .set({ reference, action, state: 'pending' })
    .where(and(eq(topUps.id, topUpId), eq(topUps.state, 'created')));
}

/** A person who no longer wants to pay says so; money that comes all the same is theirs. */
export async function cancelTopUp({ topUpId, userId, at }: { topUpId: string; userId: string; at: Date }) {
  return db.transaction(async (tx): Promise<Outcome<void, 'notFound' | 'tooLate'>> => {
    const mine = and(eq(topUps.id, topUpId), eq(topUps.userId, userId));
    const [topUp] = await tx.select().from(topUps).where(mine).for('update');
    if (!topUp) return refused('notFound');
    const next = topUp.state === 'processing' ? null : nextTopUpState(topUp.state, 'gaveUp');
    if (!next) return refused('tooLate');
    await tx.update(topUps).set({ state: next, stateSince: at, checkAt: null }).where(eq(topUps.id, topUpId));
    return done(undefined);
  });
}

/** Asks the providers about every top-up that is due, and gives up those that were never begun. */
export async function checkDueTopUps(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  const due = await db.select().from(topUps).where(lte(topUps.checkAt, at)).orderBy(topUps.checkAt).limit(500);
  await inTurn(
    due,
    (topUp) => checkTopUp(treasury, topUp, at),
    ({ id }) => id,
  );
}

async function checkTopUp(treasury: Treasury, topUp: TopUp, at: Date) {
  const later = { checks: topUp.checks + 1, checkAt: new Date(at.getTime() + patienceMs(topUp.checks + 1)) };
  const put = (change: Partial<TopUp>) => db.update(topUps).set(change).where(eq(topUps.id, topUp.id));
  // Nobody ever saw where to pay.
  if (topUp.reference === null && !topUp.automatic) return put({ state: 'expired', stateSince: at, checkAt: null });
  await put(later);
  if (topUp.reference === null) return chargeAutomatic(treasury, topUp, at);
  await syncTopUp(treasury, { topUpId: topUp.id, at });
}
