import { sql } from 'drizzle-orm';
import { db } from '#db/client';

const DAYS = 30;

/** Brings every device's share of the last 30 days with an open tunnel up to `at`; a newer one counts from its first. */
export async function refreshUptime({ at }: { at: Date }): Promise<void> {
  const now = sql`${at.toISOString()}::timestamptz`;
  const since = sql`(${now} - make_interval(days => ${DAYS}))`;
  const up = sql`sum(least(to_at, ${now}) - greatest(from_at, ${since})) filter (where to_at > ${since})`;
  const known = sql`${now} - greatest(min(from_at), ${since})`;
  await db.execute(sql`
    update devices set uptime30 = measured.share
    from (
      select device_id, coalesce(extract(epoch from ${up}) / extract(epoch from ${known}), 0)::real as share
      from tunnel_intervals where from_at < ${now} group by device_id
    ) measured
    where measured.device_id = devices.id and uptime30 <> measured.share`);
}
