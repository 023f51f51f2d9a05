import { eq } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { payoutDestinations, payouts } from '#db/schema/payouts';
import { invariant } from '../errors.ts';
import { isId } from '../ids.ts';
import { CURRENCY } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import type { Posting } from '../ledger/postings.ts';
import type { Treasury } from '../payments/registry.ts';
import { tellOfPayout } from './letters.ts';
import { nextPayoutState, type PayoutEvent, type PayoutState } from './lifecycle.ts';
import { payoutPaid, payoutReturned } from './postings.ts';
import { nextCheckAt } from './terms.ts';

/** A payout as stored. */
export type Payout = typeof payouts.$inferSelect;

/** What becomes known of a payout together with an event. */
export type PayoutNews = Partial<
  Pick<Payout, 'heldFor' | 'calledAt' | 'reference' | 'units' | 'batchId' | 'fee' | 'problem' | 'approvedBy'>
>;

/** Locks a payout for the rest of the transaction; null when there is none. */
export async function lockPayout(tx: Tx, payoutId: string): Promise<Payout | null> {
  if (!isId(payoutId)) return null;
  const [payout] = await tx.select().from(payouts).where(eq(payouts.id, payoutId)).for('no key update');
  return payout ?? null;
}

/** Where a payout goes, also when its owner has chosen another destination since. */
export async function getDestination(tx: Tx, { destinationId }: Payout): Promise<string> {
  const { destination } = payoutDestinations;
  const [found] = await tx
    .select({ destination })
    .from(payoutDestinations)
    .where(eq(payoutDestinations.id, destinationId));
  invariant(found, 'destinations are never deleted');
  return found.destination;
}

/**
 * The only place that writes `payouts.state`; answers the new state, or null when the event says nothing new. With it
 * move the money, the next question to the provider, and the mail to the owner.
 */
export async function movePayout(
  tx: Tx,
  treasury: Treasury,
  { payout, event, news = {}, at }: { payout: Payout; event: PayoutEvent; news?: PayoutNews; at: Date },
): Promise<PayoutState | null> {
  const state = nextPayoutState(payout.state, event);
  if (!state) return null;

  const [moved] = await tx
    .update(payouts)
    .set({ state, stateSince: at, heldFor: null, ...news, ...nextCheck(payout, event, at) })
    .where(eq(payouts.id, payout.id))
    .returning();
  invariant(moved, 'payouts are never deleted');
  const posting = postingOf(treasury, { before: payout, moved, at });
  if (posting) await post(tx, posting);
  await tellOfPayout(tx, treasury, moved);
  return state;
}

/** When to look at a payout after an event; failures wait longer each time. */
function nextCheck({ checks }: Payout, event: PayoutEvent, at: Date): Pick<Payout, 'checkAt' | 'checks'> {
  switch (event) {
    case 'cleared':
    case 'unbatched':
      return { checkAt: at, checks: 0 };
    case 'called':
      return { checkAt: nextCheckAt(0, at), checks };
    case 'notDone':
    case 'unclear':
      return { checkAt: nextCheckAt(checks, at), checks: checks + 1 };
    case 'accepted':
    case 'waiting':
    case 'broadcast':
      return { checkAt: nextCheckAt(0, at), checks: 1 };
    default:
      return { checkAt: null, checks: 0 };
  }
}

/** What a payout that is over moves in the books: its money has left, or is its owner's again. */
function postingOf(
  { chains }: Treasury,
  { before, moved, at }: { before: Payout; moved: Payout; at: Date },
): Posting | null {
  const { id, ownerId: userId, provider, amount, fee } = moved;
  const sending = { id, userId, provider, amount, at };
  switch (moved.state) {
    case 'paid': {
      const currency = chains.get(provider)?.currency ?? CURRENCY;
      const units = moved.units === null ? null : { currency, amount: moved.units };
      return payoutPaid({ ...sending, fee: fee ?? 0n, units });
    }
    case 'returned':
    case 'failed':
    case 'cancelled':
      return payoutReturned({ ...sending, wasPaid: before.state === 'paid' });
    default:
      return null;
  }
}
