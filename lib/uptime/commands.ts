import { sql } from 'drizzle-orm';
import { db } from '#db/client';

/** Brings every device's share of the last 30 days with an open tunnel up to `at`; a newer device counts from its first. */
export async function refreshUptime({ at }: { at: Date }): Promise<void> {
  const now = sql`${at.toISOString()}::timestamptz`;
  await db.execute(sql`
    with up as (
      select device_id, min(greatest(from_at, ${now} - interval '30 days')) as since,
        sum(least(to_at, ${now}) - greatest(from_at, ${now} - interval '30 days')) as up
      from tunnel_intervals where to_at > ${now} - interval '30 days' and from_at < ${now} group by device_id
    ), share as (
      select devices.id, coalesce(round(extract(epoch from up)
        / nullif(extract(epoch from ${now} - case when first.from_at < since then ${now} - interval '30 days' else since end), 0), 4), 0)::real as uptime
      from devices left join up on up.device_id = devices.id
      left join lateral (
        select from_at from tunnel_intervals where device_id = devices.id order by from_at limit 1
      ) first on true
    )
    update devices set uptime30 = uptime from share where share.id = devices.id and uptime30 <> uptime`);
}
