import { and, desc, eq, inArray, isNull, max } from 'drizzle-orm';
import { db } from '#db/client';
import { chainBlocks, deposits } from '#db/schema/chains';
import { disputes, payments, refunds, topUps } from '#db/schema/payments';
import { autoTopUps, savedMethods } from '#db/schema/wallets';
import { isId } from '../ids.ts';
import { listRefundable } from '../refunds/queries.ts';
import type { TopUp } from './sync.ts';

/** How many top-ups a page of the list shows. */
export const TOP_UPS_PAGE = 25;

/** A person's top-ups, newest first. Pages begin at 1. */
export async function listTopUps(userId: string, { page, count = TOP_UPS_PAGE }: { page: number; count?: number }) {
  const rows = await db
    .select()
    .from(topUps)
    .where(eq(topUps.userId, userId))
    .orderBy(desc(topUps.createdAt), desc(topUps.id))
    .limit(count + 1)
    .offset((page - 1) * count);
  return { topUps: rows.slice(0, count), hasMore: rows.length > count };
}

/** A top-up with all that came of it. */
export type TopUpView = NonNullable<Awaited<ReturnType<typeof findTopUp>>>;

/**
 * A top-up of a person's own with its payments, what of each can still go back, what was sent back or contested, and
 * what a chain has seen of it; null for anybody else's and for one that does not exist.
 */
export async function findTopUp(topUpId: string, userId: string, at: Date) {
  if (!isId(topUpId)) return null;
  const [topUp] = await db
    .select()
    .from(topUps)
    .where(and(eq(topUps.id, topUpId), eq(topUps.userId, userId)));
  if (!topUp) return null;

  const paid = await db.select().from(payments).where(eq(payments.topUpId, topUpId)).orderBy(payments.at);
  const ids = paid.map(({ id }) => id);
  const [left, sentBack, contested, arrivals] = await Promise.all([
    listRefundable({ paymentIds: ids, userId, at }),
    db.select().from(refunds).where(inArray(refunds.paymentId, ids)).orderBy(desc(refunds.createdAt)),
    db.select().from(disputes).where(inArray(disputes.paymentId, ids)).orderBy(desc(disputes.openedAt)),
    listArrivals(topUp),
  ]);
  const withRest = paid.map((payment) => ({ ...payment, refundable: left.get(payment.id) ?? 0n }));
  return { ...topUp, payments: withRest, refunds: sentBack, disputes: contested, arrivals };
}

/** What a chain has paid to the address of a top-up, and how many blocks stand behind it; none: not in a block yet. */
async function listArrivals({ provider, reference, addressIndex }: TopUp) {
  if (addressIndex === null || reference === null) return [];
  const [head] = await db
    .select({ height: max(chainBlocks.height) })
    .from(chainBlocks)
    .where(eq(chainBlocks.chain, provider));
  const seen = await db
    .select()
    .from(deposits)
    .where(and(eq(deposits.chain, provider), eq(deposits.address, reference)))
    .orderBy(deposits.id);
  return seen.map(({ reference: id, amount, height, seenAt }) => ({
    id,
    amount,
    seenAt,
    confirmations: height === null ? 0 : Math.max(1, (head?.height ?? height) - height + 1),
  }));
}

/** A way to pay that a person allowed us to use again. */
export type SavedMethodLine = { id: string; provider: string; label: string; createdAt: Date };

/** A person's saved ways to pay, newest first. */
export async function listSavedMethods(userId: string): Promise<SavedMethodLine[]> {
  const { id, provider, label, createdAt, forgottenAt } = savedMethods;
  return db
    .select({ id, provider, label, createdAt })
    .from(savedMethods)
    .where(and(eq(savedMethods.userId, userId), isNull(forgottenAt)))
    .orderBy(desc(createdAt));
}

/** How a person is topped up by itself; null: not at all. */
export async function findAutoTopUp(userId: string): Promise<typeof autoTopUps.$inferSelect | null> {
  const [plan] = await db.select().from(autoTopUps).where(eq(autoTopUps.userId, userId));
  return plan ?? null;
}
