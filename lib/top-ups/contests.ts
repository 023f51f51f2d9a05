import { and, eq, inArray } from 'drizzle-orm';
import type { Database } from '#db/client';
import { disputes, earnings, fundingLots, payments, topUps } from '#db/schema/payments';

/** Whether a bank or a company is deciding about one of a person's payments. */
export async function hasOpenDispute(tx: Database, userId: string): Promise<boolean> {
  const [open] = await tx
    .select({ id: disputes.id })
    .from(disputes)
    .innerJoin(payments, eq(payments.id, disputes.paymentId))
    .innerJoin(topUps, eq(topUps.id, payments.topUpId))
    .where(and(eq(topUps.userId, userId), eq(disputes.state, 'open')))
    .limit(1);
  return open !== undefined;
}

/** The owners who have earned from the payments of a top-up. */
export async function listEarners(tx: Database, topUpId: string): Promise<string[]> {
  const paid = tx.select({ id: payments.id }).from(payments).where(eq(payments.topUpId, topUpId));
  const rows = await tx
    .selectDistinct({ ownerId: earnings.ownerId })
    .from(earnings)
    .innerJoin(fundingLots, eq(fundingLots.id, earnings.lotId))
    .where(inArray(fundingLots.paymentId, paid));
  return rows.map(({ ownerId }) => ownerId);
}
