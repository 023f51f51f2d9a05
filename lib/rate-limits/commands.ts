import { lt, sql } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { rateLimits } from '#db/schema/accounts';

/** How often something may be tried, by the account or address that `key` names. */
export type Limit = { key: string; limit: number; windowSeconds: number; at: Date };

/** Counts one more try and answers whether it was still allowed; a window begins with its first try. */
export async function allow({ key, limit, windowSeconds, at }: Limit, on: Database = db): Promise<boolean> {
  const isOver = sql`${rateLimits.windowStartedAt} <= ${new Date(at.getTime() - windowSeconds * 1000)}`;
  const [counted] = await on
    .insert(rateLimits)
    .values({ key, windowStartedAt: at, tries: 1 })
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        tries: sql`case when ${isOver} then 1 else ${rateLimits.tries} + 1 end`,
        windowStartedAt: sql`case when ${isOver} then excluded.window_started_at else ${rateLimits.windowStartedAt} end`,
      },
    })
    .returning({ tries: rateLimits.tries });
  return (counted?.tries ?? 0) <= limit;
}

/** Whether every one of `limits` still allows a try; all of them count it. */
export async function allowAll(limits: Limit[]): Promise<boolean> {
  const answers = await Promise.all(limits.map((limit) => allow(limit)));
  return answers.every(Boolean);
}

/** Forgets counts whose window is long over; none is longer than a day. */
export async function forgetOldLimits({ at }: { at: Date }) {
  await db.delete(rateLimits).where(lt(rateLimits.windowStartedAt, new Date(at.getTime() - 24 * 3_600_000)));
}
