import { count, desc, eq, isNotNull, isNull } from 'drizzle-orm';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { unapplied } from '#db/schema/payments';

/** How many rows of unmatched money a page shows. */
export const UNAPPLIED_PAGE = 50;

/** Money and news that fit nothing of ours, newest first: what still waits for a decision, or what was decided. */
export async function listUnapplied({ resolved, page }: { resolved: boolean; page: number }) {
  const which = resolved ? isNotNull(unapplied.resolvedAt) : isNull(unapplied.resolvedAt);
  const [rows, [counted]] = await Promise.all([
    db
      .select({ found: unapplied, adminEmail: users.email })
      .from(unapplied)
      .leftJoin(users, eq(users.id, unapplied.resolvedBy))
      .where(which)
      .orderBy(desc(unapplied.at), desc(unapplied.id))
      .limit(UNAPPLIED_PAGE)
      .offset((page - 1) * UNAPPLIED_PAGE),
    db.select({ total: count() }).from(unapplied).where(which),
  ]);
  return { lines: rows.map(({ found, adminEmail }) => ({ ...found, adminEmail })), total: counted?.total ?? 0 };
}

/** Unmatched money in a list. */
export type UnappliedLine = Awaited<ReturnType<typeof listUnapplied>>['lines'][number];
