import { type SQL, sql } from 'drizzle-orm';
import type { Database, Tx } from '#db/client';
import { ledgerAccounts } from '#db/schema/ledger';
import { InvariantError, invariant } from '../errors.ts';
import { type AccountName, brokerAccount, CURRENCY, ruleOf } from './accounts.ts';
import type { Line, Posting } from './postings.ts';

/** The id of an account, which is opened at its first use. */
export async function accountFor(tx: Database, name: AccountName): Promise<bigint> {
  const find = () => tx.execute<{ id: string }>(sql`select id from ${named([name])}`);
  const { rows } = await opening(tx, [name], find, ({ rows }) => rows.length === 1);
  return BigInt(rows[0]?.id ?? 0);
}

/** Those of the accounts with these names that are open, as `account (place, id)`; the places count from 1. */
function named(names: AccountName[]): SQL {
  const list = (of: (name: AccountName) => string | null) => sql.param(names.map(of));
  return sql`(
    select place, id from unnest(${list(({ kind }) => kind)}::text[], ${list(({ partyId }) => partyId)}::uuid[],
      ${list(({ currency }) => currency)}::text[]) with ordinality as name (kind, party_id, currency, place)
    cross join lateral (
      select id from ledger_accounts a
      where a.party_id = name.party_id and a.kind = name.kind and a.currency = name.currency
      union all select id from ledger_accounts a
      where name.party_id is null and a.party_id is null and a.kind = name.kind and a.currency = name.currency
    ) found
  ) account`;
}

/** Does `work`, which needs these accounts; where it did not find them all it has done nothing, and does it again. */
async function opening<Value>(
  tx: Database,
  names: AccountName[],
  work: () => Promise<Value>,
  foundAll: (value: Value) => boolean,
): Promise<Value> {
  const first = await work();
  if (foundAll(first)) return first;
  const accounts = names.map((name) => ({ ...name, ...ruleFor(name) }));
  await tx.insert(ledgerAccounts).values(accounts).onConflictDoNothing();
  const second = await work();
  invariant(foundAll(second), `the accounts ${names.map(keyOf).join(', ')} could not be opened`);
  return second;
}

const keyOf = ({ kind, partyId, currency }: AccountName) => `${kind} ${partyId} ${currency}`;

function ruleFor({ kind }: AccountName) {
  const { normal, floor } = ruleOf(kind);
  return { normal, floor };
}

/**
 * Records a posting once: `posted` is false when its key has been recorded before, with the same content.
 * Throws InvariantError when the key stands for something else.
 */
export async function post(tx: Tx, posting: Posting): Promise<{ posted: boolean }> {
  const lines = posting.lines.filter(({ amount }) => amount !== 0n);
  const names = lines.map(({ account }) => account);
  const record = () => insertPosting(tx, { ...posting, lines });
  const { posted } = await opening(tx, names, record, ({ found }) => found === lines.length);
  if (!posted) await expectSame(tx, { ...posting, lines });
  return { posted };
}

/** One statement, so that a posting costs one round trip: nothing is inserted unless every account is open. */
async function insertPosting(tx: Tx, { kind, key, at, about, lines }: Posting) {
  const names = lines.map(({ account }) => account);
  const list = (of: (line: Line) => bigint | string) => sql.param(lines.map(of));
  const { rows } = await tx.execute<{ found: number; posted: boolean }>(sql`
    with line as (
      select place, id, amount, currency from ${named(names)}
      join unnest(${list(({ amount }) => amount)}::bigint[], ${list(({ account }) => account.currency)}::text[])
        with ordinality as moved (amount, currency, place) using (place)
    ), posting as (
      insert into ledger_transactions (kind, key, occurred_at, about)
      select ${kind}, ${key}, ${at.toISOString()}::timestamptz, ${JSON.stringify(about)}::jsonb
      where (select count(*) from line) = ${lines.length}
      on conflict (key) do nothing returning id
    ), entered as (
      insert into ledger_entries (transaction_id, account_id, amount, currency)
      select posting.id, line.id, amount, currency from posting, line order by place
    )
    select (select count(*)::int from line) as found, exists (select 1 from posting) as posted`);
  invariant(rows[0], 'a select of two figures');
  return rows[0];
}

async function expectSame(tx: Tx, { kind, key, about, lines }: Posting) {
  const { rows } = await tx.execute<StoredLine>(sql`
    select t.kind, t.about, a.kind || ' ' || coalesce(a.party_id::text, 'null') || ' ' || a.currency as account, e.amount
    from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = account_id
    where t.key = ${key}`);
  const now = lines.map(({ account, amount }) => ({ kind, about, account: keyOf(account), amount: String(amount) }));
  if (contentOf(rows) !== contentOf(now)) throw new InvariantError(`the ledger key ${key} was used for something else`);
}

type StoredLine = { kind: string; about: Record<string, string>; account: string; amount: string };

function contentOf(lines: StoredLine[]): string {
  const rows = lines.map(({ kind, about, account, amount }) =>
    [kind, JSON.stringify(Object.entries(about).sort()), account, amount].join(' '),
  );
  return rows.sort().join('\n');
}

/**
 * Locks accounts in the order in which everybody does, for a transaction that posts more than once: accounts that
 * are locked one posting after another deadlock.
 */
export async function lockAccounts(tx: Tx, names: AccountName[]): Promise<void> {
  const lock = () =>
    tx.execute(sql`
      select id from ledger_accounts where id in (select id from ${named(names)}) order by id for no key update`);
  const different = new Set(names.map(keyOf)).size;
  await opening(tx, names, lock, ({ rowCount }) => rowCount === different);
}

/** Meters that are counted or posted together, by their ids, both inclusive. */
export type MeterRange = { first: bigint; last: bigint };

/**
 * Posts what the open meters of a range have counted and the ledger does not show yet: one entry an account, one
 * charge a meter. A wallet pays what it has; the rest is uncollected, and the owner is paid in full.
 */
export async function postUsage(
  tx: Tx,
  { first, last, key, at }: MeterRange & { key: string; at: Date },
): Promise<void> {
  const { fee, uncollected } = await lockUsageAccounts(tx, { first, last });
  await tx.execute(sql`
    with meter as (
      select *, div(rate::numeric * billable_ms, 3600000)::bigint as total
      from rental_meters where id between ${first} and ${last} and open order by id for no key update
    ), due as (
      select meter.*, total - posted_gross as gross, -wallet.balance as available,
        div(total::numeric * fee_basis_points, 10000)::bigint - posted_fee as fee
      from meter join ledger_accounts wallet on wallet.id = renter_account_id
      where total > posted_gross
    ), charge as (
      select due.*, least(gross, greatest(0, available + gross
        - sum(gross) over (partition by renter_account_id order by id)))::bigint as taken
      from due
    ), posting as (
      insert into ledger_transactions (kind, key, occurred_at)
      select 'usage', ${key}, ${at.toISOString()}::timestamptz where exists (select 1 from charge)
      on conflict (key) do nothing returning id
    ), posted as (
      update rental_meters set posted_gross = charge.total, posted_fee = rental_meters.posted_fee + charge.fee
      from charge, posting where rental_meters.id = charge.id and rental_meters.id between ${first} and ${last}
    ), itemised as (
      insert into usage_charges (transaction_id, meter_id, rental_id, upto_at, upto_ms, gross, fee, uncollected)
      select posting.id, charge.id, rental_id, seen_at, billable_ms, gross, fee, gross - taken from charge, posting
    )
    insert into ledger_entries (transaction_id, account_id, amount, currency)
    select posting.id, account, sum(moved)::bigint, ${CURRENCY} from posting, (
      select renter_account_id as account, taken as moved from charge
      union all select ${uncollected}::bigint, gross - taken from charge
      union all select owner_account_id, fee - gross from charge
      union all select ${fee}::bigint, -fee from charge
    ) line
    group by posting.id, account having sum(moved) <> 0`);
}

/**
 * Locks every account that posting these meters can touch, in the order in which everybody locks accounts.
 * A statement of its own, so that the next one's snapshot sees the balances that others have left.
 */
export async function lockUsageAccounts(tx: Tx, { first, last }: MeterRange) {
  const fee = await accountFor(tx, brokerAccount('platformFee'));
  const uncollected = await accountFor(tx, brokerAccount('uncollected'));
  await tx.execute(sql`
    select 1 from ledger_accounts where id in (
      select unnest(array[renter_account_id, owner_account_id]) from rental_meters
      where id between ${first} and ${last} and open
      union values (${fee}::bigint), (${uncollected}::bigint)
    ) order by id for no key update`);
  return { fee, uncollected };
}
