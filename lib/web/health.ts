import 'server-only';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { db } from '#db/client';
import { ALIVE_SECONDS } from '#lib/relays/heartbeat';
import { isOutage } from './outage.ts';

/** Whether this process can do its work: the database answers, and its schema is the newest that we know. */
export type Health = { database: 'up' | 'down'; schema: 'current' | 'old' | 'unknown'; relays: number };

/** How well this process and what it depends on are, as far as one statement tells. */
export async function getHealth(): Promise<Health> {
  const asked = sql`select (select max(created_at)::text from drizzle.__drizzle_migrations) as migrated,
    (select count(*)::int from relays where seen_at > now() - make_interval(secs => ${ALIVE_SECONDS})) as relays`;
  try {
    const [answer] = (await db.execute<{ migrated: string | null; relays: number }>(asked)).rows;
    const current = Number(answer?.migrated) >= (await newestMigration());
    return { database: 'up', schema: current ? 'current' : 'old', relays: answer?.relays ?? 0 };
  } catch (error) {
    return { database: isOutage(error) ? 'down' : 'up', schema: 'unknown', relays: 0 };
  }
}

/** When the newest migration of this checkout was made. */
async function newestMigration(): Promise<number> {
  const journal = await readFile(join(process.cwd(), 'db/migrations/meta/_journal.json'), 'utf8');
  const { entries } = JSON.parse(journal) as { entries: { when: number }[] };
  return Math.max(...entries.map(({ when }) => when));
}
