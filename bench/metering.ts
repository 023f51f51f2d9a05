import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedPostgres } from '../db/embedded.ts';
import type { Figure } from './figure.ts';

const RENTALS = 100_000;

/** Meters and posts 100,000 running rentals in a database of their own, each beside a bare statement over as many rows. */
export async function measureMetering(): Promise<Figure[]> {
  const folder = await mkdtemp(process.getuid?.() === 0 ? '/var/tmp/rpibroker-bench-' : '/tmp/rpibroker-bench-');
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres(join(folder, 'data'), join(folder, 'sockets'));
  try {
    // A process of its own, because a process has one database.
    const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename], {
      env: { ...process.env, DATABASE_URL: server.url },
    });
    return JSON.parse(stdout);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

async function measureHere(): Promise<Figure[]> {
  const { migrateDatabase } = await import('../db/migrate.ts');
  const { pool } = await import('../db/client.ts');
  const { postUsage, tickMeters } = await import('../lib/metering/commands.ts');
  const { listExhaustedRentals, listFundedRentals } = await import('../lib/metering/queries.ts');
  const { checkInvariants } = await import('../lib/ledger/invariants.ts');
  const run = (statement: string) => pool.query(statement);
  const prove = (at: Date) =>
    run(`update proof_intervals set to_at = '${at.toISOString()}' where to_at > now() - interval '2 hours'`);

  await migrateDatabase();
  for (const statement of seed) await run(statement);
  const bare = await seconds(() => run('update bare_meters set billable_ms = billable_ms + 60000, seen_at = now()'));
  const bareLines = await seconds(() =>
    run('insert into bare_charges select id, billable_ms, rate, seen_at from bare_meters'),
  );

  const first = new Date();
  await prove(first);
  const tick = await seconds(() => tickMeters({ at: first }));
  const tickAgain = await seconds(() => tickMeters({ at: first }));
  const post = await seconds(() => postUsage({ at: first }));
  const {
    rows: [chunk],
  } = await run(`select max(extract(epoch from until - posted_at))::real as longest from (
    select posted_at, lead(posted_at) over (order by posted_at) as until from ledger_transactions where kind = 'usage') chunk`);
  const sweep = await seconds(() => Promise.all([listExhaustedRentals(first), listFundedRentals(first)]));
  const before = await state(run);
  const postAgain = await seconds(() => postUsage({ at: first }));
  await Promise.all([
    tickMeters({ at: first }),
    postUsage({ at: new Date(first.getTime() + 1) }),
    tickMeters({ at: first }),
  ]);
  const changed = (await state(run)) === before ? 0 : 1;
  const broken = (await checkInvariants()).filter(({ ok }) => !ok).length;
  await pool.end();

  const figure = (name: string, value: number, target: string, comparedWith: string, ratio?: number): Figure => ({
    name: `100,000 running rentals: ${name}`,
    value,
    unit: 's',
    comparedWith,
    target,
    ...(ratio !== undefined && { ratio }),
  });
  return [
    figure('one meter tick', tick, 'at most 3 s', `bare update of as many rows: ${bare.toFixed(2)} s`, tick / bare),
    figure('the same tick again', tickAgain, 'changes nothing', 'the first', tickAgain / tick),
    figure(
      'hourly posting',
      post,
      'at most 15 s',
      `bare update and insert: ${(bare + bareLines).toFixed(2)} s`,
      post / (bare + bareLines),
    ),
    figure('longest chunk of it', chunk.longest, 'at most 1.5 s', 'the whole posting', chunk.longest / post),
    figure('the same posting again', postAgain, 'changes nothing', 'the first', postAgain / post),
    figure('who can pay and who can not', sweep, 'none; every 2 s', 'one meter tick', sweep / tick),
    {
      ...figure('rows that repeats changed, promises of the books broken', changed + broken, '0', 'the state before'),
      unit: '',
    },
  ];
}

/** A summary of everything that metering may change. */
async function state(run: (statement: string) => Promise<{ rows: unknown[] }>): Promise<string> {
  const { rows } = await run(`select
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

/** 20,000 renters, 30,000 owners; each rental has a stretch of proof from last week and one that goes on. */
const seed = [
  `insert into users (email, name, password_hash) select 'u' || n, 'u', '' from generate_series(1, 50000) n`,
  `create table people as select id, row_number() over (order by email) as n from users`,
  `insert into relays (name, host, device_host, ssh_port, ssh_user, host_key, rent_domain, http_port, https_port, first_port, last_port)
    values ('r', 'r', 'r', 1, 'r', '', 'r', 1, 1, 1, 1)`,
  `insert into contracts values ('h', '1', '')`,
  `insert into devices (owner_id, relay_id, name, country, rate, disk_gigabytes, listed)
    select p.id, r.id, 'd', 'NO', 100 + g.n % 90000, 8, true
    from generate_series(1, ${RENTALS}) g(n) join people p on p.n = 20001 + g.n % 30000 cross join relays r`,
  `insert into rentals (renter_id, device_id, owner_id, relay_id, state, rate, fee_basis_points, contract_hash, name, port, password, authorized_keys)
    select p.id, d.id, d.owner_id, d.relay_id, 'active', d.rate, 1000, 'h', 'n' || d.number, d.number, '', '{}'
    from devices d join people p on p.n = 1 + d.number % 20000`,
  `insert into ledger_accounts (party_id, kind, currency, normal, floor)
    select id, 'wallet', 'USD', -1, 0 from people where n <= 20000
    union all select id, 'earnPending', 'USD', -1, null from people where n > 20000 union all select null, 'psp:manual', 'USD', 1, null`,
  `with t as (insert into ledger_transactions (kind, key, occurred_at) values ('manualCredit', 'seed', now()) returning id)
    insert into ledger_entries (transaction_id, account_id, amount, currency)
    select t.id, a.id, case kind when 'wallet' then -10000000 else 200000000000 end, 'USD' from t, ledger_accounts a where kind <> 'earnPending'`,
  `insert into rental_meters (rental_id, renter_account_id, owner_account_id, rate, fee_basis_points, started_at, seen_at)
    select r.id, w.id, e.id, r.rate, 1000, now() - interval '8 days', now() - interval '1 hour'
    from rentals r join ledger_accounts w on w.party_id = r.renter_id and w.kind = 'wallet'
    join ledger_accounts e on e.party_id = r.owner_id and e.kind = 'earnPending'`,
  `insert into proof_intervals (rental_id, from_at, to_at) select id, now() - interval '7 days', now() - interval '6 days' from rentals
    union all select id, now() - interval '1 day', now() - interval '1 hour' from rentals`,
  `create table bare_meters as select * from rental_meters`,
  `create table bare_charges (id bigint, billable_ms bigint, rate bigint, seen_at timestamptz)`,
  `vacuum analyze`,
];

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(JSON.stringify(await measureHere()));
}
