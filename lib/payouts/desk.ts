import { and, desc, eq, getTableColumns, inArray, isNotNull, lt, or, sql } from 'drizzle-orm';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { payoutBatches, payoutDestinations, payouts } from '#db/schema/payouts';
import { isId } from '../ids.ts';
import { openPayoutStates } from './lifecycle.ts';
import type { PayoutLine } from './queries.ts';

const DAY_MS = 24 * 3_600_000;

/** A payout as admins see it. */
export type DeskPayout = PayoutLine & { ownerEmail: string };

/** What admins have to do about payouts, and what is on its way. */
export type PayoutDesk = {
  /** Large ones that nobody has looked at. */
  toApprove: DeskPayout[];
  /** Those that do not get on by themselves, or have not for long. */
  inTrouble: DeskPayout[];
  /** The newest of all. */
  newest: DeskPayout[];
};

/** The payouts that admins look at. */
export async function getPayoutDesk({ at }: { at: Date }): Promise<PayoutDesk> {
  const lateSince = new Date(at.getTime() - 3 * DAY_MS);
  const isReviewed = and(eq(payouts.state, 'held'), eq(payouts.heldFor, 'review'), sql`approved_by is null`);
  const isLate = and(
    inArray(payouts.state, ['submitted', 'submitting', 'reserved']),
    lt(payouts.stateSince, lateSince),
  );
  const hasProblem = and(inArray(payouts.state, [...openPayoutStates]), isNotNull(payouts.problem));
  const [toApprove, inTrouble, newest] = await Promise.all([
    list(isReviewed),
    list(or(eq(payouts.state, 'unknown'), isLate, hasProblem)),
    list(undefined, 25),
  ]);
  return { toApprove, inTrouble, newest };
}

async function list(which: ReturnType<typeof and>, limit = 100): Promise<DeskPayout[]> {
  const { destination, usableAt } = payoutDestinations;
  const rows = await db
    .select({ payout: payouts, destination, usableAt, ownerEmail: users.email })
    .from(payouts)
    .innerJoin(payoutDestinations, eq(payoutDestinations.id, payouts.destinationId))
    .innerJoin(users, eq(users.id, payouts.ownerId))
    .where(which)
    .orderBy(desc(payouts.id))
    .limit(limit);
  return rows.map(({ payout, ...more }) => ({ ...payout, ...more }));
}

/** How many payouts wait for a provider's next batch, and what they come to. */
export type Queue = { provider: string; count: number; amount: bigint };

/** What waits to be sent, by provider. */
export async function listQueues(): Promise<Queue[]> {
  const amount = sql<bigint>`sum(${payouts.amount})`.mapWith(BigInt);
  return db
    .select({ provider: payouts.provider, count: sql<number>`count(*)::integer`, amount })
    .from(payouts)
    .where(eq(payouts.state, 'reserved'))
    .groupBy(payouts.provider)
    .orderBy(payouts.provider);
}

/** A batch without its file, with its payouts. */
export type BatchLine = Omit<typeof payoutBatches.$inferSelect, 'unsigned'> & { payouts: DeskPayout[] };

/** The newest batches, each with its payouts. */
export async function listBatches(limit = 10): Promise<BatchLine[]> {
  const { unsigned: _, ...columns } = getTableColumns(payoutBatches);
  const batches = await db.select(columns).from(payoutBatches).orderBy(desc(payoutBatches.id)).limit(limit);
  const members =
    batches.length === 0
      ? []
      : await list(
          inArray(
            payouts.batchId,
            batches.map((batch) => batch.id),
          ),
          1000,
        );
  return batches.map((batch) => ({ ...batch, payouts: members.filter(({ batchId }) => batchId === batch.id) }));
}

/** The file of a batch, for the admin who signs it. */
export async function findBatchFile(batchId: string) {
  if (!isId(batchId)) return null;
  const { fileName, mediaType, unsigned } = payoutBatches;
  const [file] = await db
    .select({ fileName, mediaType, unsigned })
    .from(payoutBatches)
    .where(eq(payoutBatches.id, batchId));
  return file ?? null;
}
