import { sql } from 'drizzle-orm';
import { db } from '#db/client';
import { deadlines } from './deadlines.ts';
import type { RentalEvent } from './lifecycle.ts';

/** The rentals that have outlived what their state allows, and how each must end. */
export async function listOverdue(at: Date): Promise<{ id: string; event: RentalEvent }[]> {
  const { preparing, suspended, unproved } = deadlines(at);
  const instant = (date: Date) => sql`${date.toISOString()}::timestamptz`;
  const { rows } = await db.execute<{ id: string; event: RentalEvent }>(sql`
    select id, 'tookTooLong' as event from rentals where state = 'preparing' and state_since <= ${instant(preparing)}
    union all
    select id, 'graceExpired' from rentals where state = 'suspended' and state_since <= ${instant(suspended)}
    union all
    select id, 'deviceLost' from rentals where state = 'active' and state_since <= ${instant(unproved)} and not exists (
      select from proof_intervals where rental_id = rentals.id and to_at > ${instant(unproved)})`);
  return rows;
}
