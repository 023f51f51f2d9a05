import { and, eq, inArray, isNull } from 'drizzle-orm';
import { db } from '#db/client';
import { fundingLots, payments, topUps } from '#db/schema/payments';
import { getWallet } from '../ledger/balances.ts';
import { lesser } from '../money.ts';
import { floorToCents } from '../payments/cents.ts';

type Question = { paymentIds: string[]; userId: string; at: Date };

/**
 * What of each payment can go back where it came from: what is neither spent nor promised to rentals, in whole cents.
 * Charges that are not booked yet may make it a little less when it is asked for.
 */
export async function listRefundable({ paymentIds, userId, at }: Question): Promise<Map<string, bigint>> {
  if (paymentIds.length === 0) return new Map();
  const { free } = await getWallet(userId, at);
  const lots = await db
    .select({ id: payments.id, state: topUps.state, lot: fundingLots })
    .from(fundingLots)
    .innerJoin(payments, eq(payments.id, fundingLots.paymentId))
    .innerJoin(topUps, eq(topUps.id, payments.topUpId))
    .where(and(inArray(payments.id, paymentIds), isNull(payments.reversedAt)));
  const restOf = ({ amount, spent, takenBack }: typeof fundingLots.$inferSelect) => {
    const left = lesser(amount - spent - takenBack, free);
    return left > 0n ? floorToCents(left) : 0n;
  };
  return new Map(lots.map(({ id, state, lot }) => [id, state === 'disputed' ? 0n : restOf(lot)]));
}
