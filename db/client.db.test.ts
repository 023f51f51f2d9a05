import { sql } from 'drizzle-orm';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { UpstreamError } from '../lib/errors.ts';
import { isOutage } from '../lib/web/outage.ts';
import { db, pool } from './client.ts';

const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

/** Ends the server's side of a connection, from another one. */
async function cut(client: pg.PoolClient) {
  const { processID } = client as pg.PoolClient & { processID: number };
  const other = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await other.connect();
  await other.query('select pg_terminate_backend($1, 5000)', [processID]);
  await other.end();
}

test('who waits for a connection for too long is told of an outage, and is served when one is free again', async () => {
  const taken = await Promise.all(Array.from({ length: 20 }, () => pool.connect()));
  const [statement, transaction] = await Promise.all([
    failure(db.execute(sql`select 1`)),
    failure(db.transaction(async (tx) => tx.execute(sql`select 1`))),
  ]);
  expect([isOutage(statement), isOutage(transaction)]).toEqual([true, true]);
  expect(transaction).toBeInstanceOf(UpstreamError);
  for (const client of taken) client.release();
  expect((await db.execute(sql`select 1 as one`)).rows).toEqual([{ one: 1 }]);
});

test('a connection that is lost between two statements is an outage, not a mistake of ours', async () => {
  const lost = db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    await cut({ processID: rows[0]?.pid } as unknown as pg.PoolClient);
    await tx.execute(sql`select 1`);
  });
  expect(isOutage(await failure(lost))).toBe(true);
  expect(isOutage(await failure(db.execute(sql`select * from nowhere`)))).toBe(false);
  expect(isOutage(await failure(db.execute(sql`select 1 / 0`)))).toBe(false);
});

test('connections that break before their transaction begins do not take up the pool for ever', async () => {
  const original = pg.Client.prototype.query;
  const begin = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...args: unknown[]
  ) {
    const { text } = Object(args[0]) as { text?: string };
    if (text === 'begin') this.connection.stream.destroy();
    return Reflect.apply(original, this, args);
  } as never);
  for (let round = 0; round < 25; round++) {
    expect(isOutage(await failure(db.transaction(async (tx) => tx.execute(sql`select 1`))))).toBe(true);
  }
  begin.mockRestore();
  expect(await db.transaction(async (tx) => (await tx.execute(sql`select 1 as one`)).rows)).toEqual([{ one: 1 }]);
});

test('giving a connection back twice gives it back once', async () => {
  const client = await pool.connect();
  client.release();
  client.release();
  const [one, two] = await Promise.all([pool.connect(), pool.connect()]);
  expect(one).not.toBe(two);
  one.release();
  two.release();
});
