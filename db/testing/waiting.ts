import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { db } from '../client.ts';

/** Resolves when so many connections to this test file's database wait for a lock, however long that takes them. */
export async function untilWaiting(connections: number): Promise<void> {
  const waiting = sql`wait_event_type = 'Lock' and datname = current_database()`;
  const look = () => db.execute(sql`select 1 from pg_stat_activity where ${waiting}`);
  while ((await look()).rowCount !== connections) await sleep(10);
}
