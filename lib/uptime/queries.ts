import { sql } from 'drizzle-orm';
import { db } from '#db/client';

/** One day (UTC, `2026-11-22`) and for which share of it a device's tunnel was up; of today, the part that has passed. */
export type UptimeDay = { day: string; share: number };

/** The last 30 days of a device, oldest first, beginning with the day on which its tunnel first opened. */
export async function listUptimeDays(deviceId: string, at: Date): Promise<UptimeDay[]> {
  const now = sql`${at.toISOString()}::timestamptz`;
  const { rows } = await db.execute<UptimeDay>(sql`
    with ours as (
      select from_at, to_at from tunnel_intervals where device_id = ${deviceId} and to_at > ${now} - interval '30 days'
    ), days as (
      select day, greatest(day, (select min(from_at) from ours)) as since, least(day + interval '1 day', ${now}) as until
      from generate_series(date_trunc('day', ${now}, 'UTC') - interval '29 days', ${now}, interval '1 day') as day
    )
    select to_char(day at time zone 'UTC', 'YYYY-MM-DD') as day, least(1, coalesce((
      select extract(epoch from sum(least(to_at, until) - greatest(from_at, since))) from ours
      where from_at < until and to_at > since
    ) / greatest(extract(epoch from until - since), 1), 0))::real as share
    from days where since < until and exists (select from ours)
    order by day`);
  return rows;
}
