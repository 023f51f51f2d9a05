import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { UpstreamError } from '../lib/errors.ts';

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
  const connect: () => Promise<pg.PoolClient> = created.connect.bind(created);
  return Object.assign(created, { connect: answering(() => connect().then(keepPlace, unreachable)) });
}

type Hear = (error: Error | undefined, client: pg.PoolClient | undefined, release: () => void) => void;

/** The pool itself asks for connections with a callback, everybody else with a promise. */
function answering(connect: () => Promise<pg.PoolClient>) {
  return (hear?: Hear) => {
    const client = connect();
    if (!hear) return client;
    client.then(
      (ready) => hear(undefined, ready, ready.release),
      (error) => hear(error, undefined, () => {}),
    );
  };
}

/** Drizzle does not give a connection back on which `begin` failed: one that ends gives up its place by itself. */
function keepPlace(client: pg.PoolClient): pg.PoolClient {
  const { release } = client;
  const given = { back: false };
  const giveUp = () => client.release(true);
  client.once('end', giveUp);
  client.release = (broken) => {
    if (given.back) return;
    given.back = true;
    client.off('end', giveUp);
    release(broken);
  };
  return client;
}

/** The pool's own refusals, such as after five seconds of waiting, have no code by which anybody could know them. */
function unreachable(error: unknown): never {
  if (error instanceof Error && !('code' in error)) {
    throw new UpstreamError('database', 'gave no connection', { retryable: true, cause: error });
  }
  throw error;
}
