import { eq } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { autoTopUps } from '#db/schema/wallets';
import type { TopUp } from './sync.ts';

const HOUR_MS = 3_600_000;

/** Hours to wait after so many refusals in a row; after the last, nothing is tried until the person says so. */
const BACK_OFF_HOURS = [6, 24];

/** Draws the conclusion from how an automatic top-up ended. */
export async function noteAutomatic(tx: Tx, { userId, state }: TopUp, at: Date): Promise<void> {
  const mine = eq(autoTopUps.userId, userId);
  if (state === 'succeeded') await tx.update(autoTopUps).set({ failures: 0 }).where(mine);
  if (state !== 'failed') return;
  const [plan] = await tx.select().from(autoTopUps).where(mine).for('update');
  if (!plan) return;
  const hours = BACK_OFF_HOURS[plan.failures];
  const after = hours === undefined ? { stoppedAt: at } : { nextAttemptAt: new Date(at.getTime() + hours * HOUR_MS) };
  await tx
    .update(autoTopUps)
    .set({ failures: plan.failures + 1, ...after })
    .where(mine);
}
