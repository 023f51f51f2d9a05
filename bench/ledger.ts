import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '../lib/errors.ts';
import { runScript } from '../scripts/local/programs.ts';
import { withDatabase } from './database.ts';
import type { Figure } from './figure.ts';
import type { Couple } from './ledger-postings.ts';
import { seed } from './metering-seed.ts';

const WRITERS = 16;
const WARM_SECONDS = 5;
const ALONE_SECONDS = 15;
const MINUTE_SECONDS = 60;

/** Records postings of every kind beside the metering and the hourly posting of 100,000 running rentals. */
export async function measureLedger(): Promise<Figure[]> {
  return withDatabase(async ({ url: DATABASE_URL, folder }) => {
    // A process of its own, because a process has one database.
    const figures: Figure[] = JSON.parse(await runScript({ DATABASE_URL }, import.meta.filename));
    const log = await readFile(join(folder, 'data', 'server.log'), 'utf8');
    return [...figures, counted('deadlocks in the log of the server', log.split('deadlock detected').length - 1)];
  });
}

async function measureHere(): Promise<Figure[]> {
  const { migrateDatabase } = await import('../db/migrate.ts');
  const { pool } = await import('../db/client.ts');
  const { checkInvariants } = await import('../lib/ledger/invariants.ts');
  await migrateDatabase();
  for (const statement of seed) await pool.query(statement);
  const { rows: couples } = await pool.query<Couple>(
    `select renter.id as "renterId", owner.id as "ownerId" from people renter join people owner on owner.n = renter.n + 20000
      where renter.n <= 20000`,
  );

  // A ledger with a past, as the server's statistics know it.
  await ratePerSecond(couples, WARM_SECONDS);
  await pool.query('vacuum analyze');
  const alone = await ratePerSecond(couples, ALONE_SECONDS);
  const [beside] = await Promise.all([ratePerSecond(couples, MINUTE_SECONDS), meterMinute()]);
  // Nothing but the ledger is written here: no payments, refunds, payouts or lots stand beside its postings.
  const checked = (await checkInvariants()).filter(({ name }) => ofLedger.includes(name));
  invariant(checked.length === ofLedger.length, 'a promise of the ledger has another name now');
  const broken = checked.filter(({ ok }) => !ok);
  await pool.end();

  return [
    {
      name: 'mixed postings in a minute in which 100,000 rentals are metered and posted',
      value: beside,
      unit: '/s',
      comparedWith: `nothing else going on: ${alone.toFixed(0)}/s`,
      ratio: beside / alone,
      target: { least: 300 },
    },
    counted('promises of the ledger that do not hold', broken.length),
  ];
}

const counted = (name: string, value: number): Figure => ({
  name,
  value,
  unit: '',
  comparedWith: '',
  target: { most: 0 },
});

const ofLedger = [
  'All balances of a currency sum to zero',
  'Every balance is the sum of its entries',
  'Every transaction sums to zero',
  'No account is below its floor',
  'Every meter has posted what its charges say',
  'Every charge is in the ledger: paid or uncollected, earned or fee',
];

/** How many postings a second many writers record, each for somebody else at every turn. */
async function ratePerSecond(couples: Couple[], seconds: number): Promise<number> {
  const { recordLife } = await import('./ledger-postings.ts');
  const begun = performance.now();
  const until = begun + seconds * 1000;
  const write = async () => {
    let recorded = 0;
    while (performance.now() < until) {
      const couple = couples[Math.floor(Math.random() * couples.length)];
      if (couple) recorded += await recordLife(couple);
    }
    return recorded;
  };
  const recorded = await Promise.all(Array.from({ length: WRITERS }, write));
  return recorded.reduce((sum, one) => sum + one, 0) / ((performance.now() - begun) / 1000);
}

/** A minute of the product's jobs at its worst: relays prove, the meters tick, and the hourly posting falls into it. */
async function meterMinute() {
  const { pool } = await import('../db/client.ts');
  const { postUsage, tickMeters } = await import('../lib/metering/commands.ts');
  const at = new Date();
  await pool.query(`update proof_intervals set to_at = $1 where to_at > now() - interval '2 hours'`, [at]);
  await tickMeters({ at });
  await postUsage({ at });
}

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(JSON.stringify(await measureHere()));
}
