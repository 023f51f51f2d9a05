import { and, eq, isNull, or, sql } from 'drizzle-orm';
import type { Database, Tx } from '#db/client';
import { ledgerAccounts, ledgerEntries, ledgerTransactions } from '#db/schema/ledger';
import { InvariantError, invariant } from '../errors.ts';
import { type AccountName, brokerAccount, CURRENCY, ruleOf } from './accounts.ts';
import type { Posting } from './postings.ts';

/** The id of an account, which is opened at its first use. */
export async function accountFor(tx: Database, name: AccountName): Promise<bigint> {
  const [id] = await accountsFor(tx, [name]);
  invariant(id !== undefined, `the account ${name.kind} of ${name.partyId} could not be opened`);
  return id;
}

/** The ids of accounts, in the order of their names; those that are new are opened. */
async function accountsFor(tx: Database, names: AccountName[]): Promise<bigint[]> {
  const found = await findAccounts(tx, names);
  const missing = names.filter((name) => !found.has(keyOf(name)));
  if (missing.length > 0) {
    const opened = missing.map((name) => ({ ...name, ...ruleFor(name) }));
    await tx.insert(ledgerAccounts).values(opened).onConflictDoNothing();
    for (const [key, id] of await findAccounts(tx, missing)) found.set(key, id);
  }
  return names.map((name) => {
    const id = found.get(keyOf(name));
    invariant(id !== undefined, `the account ${name.kind} of ${name.partyId} could not be opened`);
    return id;
  });
}

const keyOf = ({ kind, partyId, currency }: AccountName) => `${kind} ${partyId} ${currency}`;

function ruleFor({ kind }: AccountName) {
  const { normal, floor } = ruleOf(kind);
  return { normal, floor };
}

async function findAccounts(tx: Database, names: AccountName[]): Promise<Map<string, bigint>> {
  const { id, kind, partyId, currency } = ledgerAccounts;
  const isOne = (name: AccountName) =>
    and(
      name.partyId === null ? isNull(partyId) : eq(partyId, name.partyId),
      eq(kind, name.kind),
      eq(currency, name.currency),
    );
  const rows = await tx
    .select({ id, kind, partyId, currency })
    .from(ledgerAccounts)
    .where(or(...names.map(isOne)));
  return new Map(rows.map((row) => [keyOf(row as AccountName), row.id]));
}

/**
 * Records a posting once: `posted` is false when its key has been recorded before, with the same content.
 * Throws InvariantError when the key stands for something else.
 */
export async function post(tx: Tx, posting: Posting): Promise<{ posted: boolean }> {
  const moved = posting.lines.filter(({ amount }) => amount !== 0n);
  const ids =
    moved.length > 0
      ? await accountsFor(
          tx,
          moved.map(({ account }) => account),
        )
      : [];
  const lines = moved.map(({ account: { currency }, amount }, at) => ({ accountId: ids[at] ?? 0n, amount, currency }));

  const { kind, key, at, about } = posting;
  const [transaction] = await tx
    .insert(ledgerTransactions)
    .values({ kind, key, occurredAt: at, about })
    .onConflictDoNothing({ target: ledgerTransactions.key })
    .returning({ id: ledgerTransactions.id });
  if (!transaction) return expectSame(tx, posting, lines);

  const entries = lines.map((line) => ({ ...line, transactionId: transaction.id }));
  if (entries.length > 0) await tx.insert(ledgerEntries).values(entries);
  return { posted: true };
}

async function expectSame(tx: Tx, { kind, key, about }: Posting, lines: { accountId: bigint; amount: bigint }[]) {
  const stored = await tx
    .select({
      kind: ledgerTransactions.kind,
      about: ledgerTransactions.about,
      accountId: ledgerEntries.accountId,
      amount: ledgerEntries.amount,
    })
    .from(ledgerTransactions)
    .innerJoin(ledgerEntries, eq(ledgerEntries.transactionId, ledgerTransactions.id))
    .where(eq(ledgerTransactions.key, key));
  const [before, now] = [stored, lines.map((line) => ({ ...line, kind, about }))].map(contentOf);
  if (before !== now) throw new InvariantError(`the ledger key ${key} was used for something else`);
  return { posted: false };
}

type Content = { kind: string; about: Record<string, string>; accountId: bigint; amount: bigint };

function contentOf(lines: Content[]): string {
  const rows = lines.map(({ kind, about, accountId, amount }) =>
    [kind, JSON.stringify(Object.entries(about).sort()), accountId, amount].join(' '),
  );
  return rows.sort().join('\n');
}

/**
 * Locks accounts in the order in which everybody does, for a transaction that posts more than once: accounts that
 * are locked one posting after another deadlock.
 */
export async function lockAccounts(tx: Tx, names: AccountName[]): Promise<void> {
  const ids = await accountsFor(tx, names);
  await tx.execute(sql`select 1 from ledger_accounts where id in ${ids} order by id for no key update`);
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
