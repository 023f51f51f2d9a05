import { eq } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { payouts } from '#db/schema/payouts';
import type { Treasury } from '../payments/registry.ts';
import { inTurn } from '../process/each.ts';
import { getPayoutTerms } from '../settings/queries.ts';
import { lockPayout, movePayout, type Payout } from './moves.ts';
import { readHoldFacts } from './queries.ts';
import { holdReasonOf } from './terms.ts';

/** Lets payouts go that have nothing to wait for any more, and keeps note of what the others wait for. */
export async function clearHeldPayouts(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  const held = await db.select({ id: payouts.id }).from(payouts).where(eq(payouts.state, 'held')).orderBy(payouts.id);
  const clear = ({ id }: { id: string }) =>
    db.transaction(async (tx) => {
      const payout = await lockPayout(tx, id);
      if (payout) await clearHeld(tx, treasury, { payout, at });
    });
  await inTurn(held, clear, ({ id }) => id);
}

/** The same for one payout. */
export async function clearHeld(tx: Tx, treasury: Treasury, { payout, at }: { payout: Payout; at: Date }) {
  if (payout.state !== 'held') return;
  const heldFor = await reasonToHold(tx, payout, at);
  if (heldFor === null) await movePayout(tx, treasury, { payout, event: 'cleared', at });
  else if (heldFor !== payout.heldFor) await tx.update(payouts).set({ heldFor }).where(eq(payouts.id, payout.id));
}

/** Holds a payout that is about to leave where something speaks against that by now; answers whether it did. */
export async function holdBack(tx: Tx, treasury: Treasury, { payout, at }: { payout: Payout; at: Date }) {
  const heldFor = await reasonToHold(tx, payout, at);
  if (heldFor) await movePayout(tx, treasury, { payout, event: 'held', news: { heldFor }, at });
  return heldFor !== null;
}

async function reasonToHold(tx: Tx, payout: Payout, at: Date) {
  return holdReasonOf(await readHoldFacts(tx, payout, await getPayoutTerms(tx)), at);
}
