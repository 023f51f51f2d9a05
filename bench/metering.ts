import type { Pool } from 'pg';
import { runScript } from '../scripts/local/programs.ts';
import { withDatabase } from './database.ts';
import type { Figure, Target } from './figure.ts';
import { bare, seed } from './metering-seed.ts';

/** Meters and posts 100,000 running rentals in a database of their own, each beside a bare statement over as many rows. */
export async function measureMetering(): Promise<Figure[]> {
  return withDatabase(async ({ url: DATABASE_URL }) =>
    // A process of its own, because a process has one database.
    JSON.parse(await runScript({ DATABASE_URL }, import.meta.filename)),
  );
}

async function measureHere(): Promise<Figure[]> {
  const { migrateDatabase } = await import('../db/migrate.ts');
  const { pool } = await import('../db/client.ts');
  const { postUsage, tickMeters } = await import('../lib/metering/commands.ts');
  const { listExhaustedRentals, listFundedRentals } = await import('../lib/metering/queries.ts');
  const { checkInvariants } = await import('../lib/ledger/invariants.ts');
  await migrateDatabase();
  for (const statement of seed) await pool.query(statement);
  const bareUpdate = await seconds(() => pool.query(bare.update));
  const bareInsert = await seconds(() => pool.query(bare.insert));

  const at = new Date();
  await pool.query(`update proof_intervals set to_at = $1 where to_at > now() - interval '2 hours'`, [at]);
  const tick = await seconds(() => tickMeters({ at }));
  const ticked = await stateOf(pool);
  const tickAgain = await seconds(() => tickMeters({ at }));
  const tickChanged = (await stateOf(pool)) !== ticked;
  const post = await seconds(() => postUsage({ at }));
  const posted = await stateOf(pool);
  const postAgain = await seconds(() => postUsage({ at }));
  await Promise.all([tickMeters({ at }), postUsage({ at: new Date(at.getTime() + 1) }), tickMeters({ at })]);
  const postChanged = (await stateOf(pool)) !== posted;
  const longest = await longestChunk(pool);
  const sweep = await seconds(() => Promise.all([listExhaustedRentals(at), listFundedRentals(at)]));
  const broken = (await checkInvariants()).filter(({ ok }) => !ok);
  await pool.end();

  return [
    timed('one meter tick', tick, { most: 3 }, ['a bare update of as many rows', bareUpdate]),
    timed('the same tick again', tickAgain, null, ['the first', tick]),
    timed('hourly posting', post, { most: 15 }, ['a bare update and insert of as many rows', bareUpdate + bareInsert]),
    timed('its longest chunk', longest, { most: 1.5 }, ['the whole posting', post]),
    timed('the same posting again', postAgain, null, ['the first', post]),
    timed('finding who cannot pay, and who can again', sweep, null, ['one meter tick', tick]),
    counted('kinds of repeat that changed anything', Number(tickChanged) + Number(postChanged), 'tick and posting'),
    counted('promises of the books that do not hold', broken.length, 'the nightly check'),
  ];
}

function timed(name: string, value: number, target: Target, [thing, time]: [string, number]): Figure {
  const comparedWith = `${thing}: ${time.toFixed(2)} s`;
  return { name: `100,000 running rentals: ${name}`, value, unit: 's', comparedWith, ratio: value / time, target };
}

function counted(name: string, value: number, comparedWith: string): Figure {
  return { name: `100,000 running rentals: ${name}`, value, unit: '', comparedWith, target: { most: 0 } };
}

/** Each chunk is a transaction, which notes when it began. */
async function longestChunk(pool: Pool): Promise<number> {
  const { rows } = await pool.query(`
    select max(extract(epoch from until - posted_at))::real as longest from (
      select posted_at, lead(posted_at) over (order by posted_at) as until from ledger_transactions where kind = 'usage'
    ) chunk`);
  return rows[0].longest;
}

/** A summary of everything that metering may change. */
async function stateOf(pool: Pool): Promise<string> {
  const { rows } = await pool.query(`select
    (select md5(string_agg(m::text, ',' order by id)) from rental_meters m) as meters,
    (select md5(string_agg(a::text, ',' order by id)) from ledger_accounts a) as accounts,
    (select count(*) from ledger_entries) as entries, (select count(*) from usage_charges) as charges`);
  return JSON.stringify(rows);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(JSON.stringify(await measureHere()));
}
