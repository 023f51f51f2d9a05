import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';

/** One pool a process, also where a bundler loads this file twice. */
const held = globalThis as typeof globalThis & { rpibrokerPool?: pg.Pool };
held.rpibrokerPool ??= openPool();

/** The connection pool of this process. */
export const pool: pg.Pool = held.rpibrokerPool;

/** The database, with columns in snake_case. */
export const db = drizzle(pool, { casing: 'snake_case' });

/** A transaction of `db`, or `db` itself: whatever can run a statement. */
export type Tx = Parameters<Parameters<typeof db.transaction>[0]>[0];
export type Database = typeof db | Tx;

function openPool(): pg.Pool {
  const created = new pg.Pool({
    connectionString: process.env.DATABASE_URL,
    max: 20,
    connectionTimeoutMillis: 5000,
    // A dead peer must not hold a statement for ever.
    keepAlive: true,
  });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  created.on('error', () => {});
  // Likewise one that breaks inside a transaction; whoever waits for its answer hears of it.
  created.on('connect', (client) => client.on('error', () => {}));
  return created;
}
