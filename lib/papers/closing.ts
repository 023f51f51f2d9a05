import { desc, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { closedMonths } from '#db/schema/papers';
import { endOf, type Month, monthOf, nextMonth } from './months.ts';

/** How long a month stays open after its end, for what is booked of its last hour. */
const GRACE_MS = 3_600_000;

/** A month whose papers are decided: everything that was booked by the transaction `last`, and is dated before its end. */
export type ClosedMonth = { month: Month; last: bigint };

/** Closes every month that is over at `at` and not closed yet, the oldest first; answers those without their papers. */
export async function closeMonths(at: Date): Promise<Month[]> {
  const current = monthOf(new Date(at.getTime() - GRACE_MS));
  for (let month = await firstOpenMonth(current); month < current; month = nextMonth(month)) await close(month, at);
  const open = await db
    .select({ month: closedMonths.month })
    .from(closedMonths)
    .where(isNull(closedMonths.issuedAt))
    .orderBy(closedMonths.month);
  return open.map(({ month }) => month);
}

async function firstOpenMonth(current: Month): Promise<Month> {
  const [last] = await db.select().from(closedMonths).orderBy(desc(closedMonths.month)).limit(1);
  if (last) return nextMonth(last.month);
  const { rows } = await db.execute<{ first: string | null }>(
    sql`select min(occurred_at) as first from ledger_transactions`,
  );
  return rows[0]?.first ? monthOf(new Date(rows[0].first)) : current;
}

/** Waits for those who are booking now, so that nothing with a smaller id can appear later. */
async function close(month: Month, at: Date) {
  await db.transaction(async (tx) => {
    await tx.execute(sql`lock table ledger_transactions in share mode`);
    const lastTransactionId = sql`(select coalesce(max(id), 0) from ledger_transactions)`;
    await tx.insert(closedMonths).values({ month, lastTransactionId, closedAt: at }).onConflictDoNothing();
  });
}

/** A closed month, and the one that was closed before it; null where there is none. */
export async function findClosed(tx: Database, month: Month): Promise<[ClosedMonth | null, ClosedMonth | null]> {
  const found = await tx
    .select({ month: closedMonths.month, last: closedMonths.lastTransactionId })
    .from(closedMonths)
    .where(lt(closedMonths.month, nextMonth(month)))
    .orderBy(desc(closedMonths.month))
    .limit(2);
  const [closed, before = null] = found;
  return closed?.month === month ? [closed, before] : [null, closed ?? null];
}

/**
 * Whether the ledger transaction `t` stands in the papers up to and with a closed month. A posting of usage tells of the
 * time before it, so that of midnight is of the month that ends then.
 */
export function bookedBy(closed: ClosedMonth | null): SQL {
  if (closed === null) return sql`false`;
  const dated = sql`t.occurred_at - case t.kind when 'usage' then interval '1 microsecond' else interval '0' end`;
  return sql`(t.id <= ${closed.last} and ${dated} < ${endOf(closed.month).toISOString()}::timestamptz)`;
}

/** Whether the ledger transaction `t` stands in the papers of a closed month, given the one before. */
export function bookedIn(closed: ClosedMonth, before: ClosedMonth | null): SQL {
  return sql`(${bookedBy(closed)} and not ${bookedBy(before)})`;
}
