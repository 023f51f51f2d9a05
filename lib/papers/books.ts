import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '#db/client';
import { type AccountName, earningsOf, personAccount, walletOf } from '../ledger/accounts.ts';
import type { EarningsKind, WalletKind } from '../ledger/postings.ts';
import { bookedBy, bookedIn, type ClosedMonth } from './closing.ts';
import type { DeviceDay, EarningsMonth } from './earnings.ts';
import type { Booking, UsageLine, WalletMonth } from './statement.ts';

/** A closed month and the one before it. */
export type Window = { closed: ClosedMonth; before: ClosedMonth | null };

/** What the ledger shows of a renter's wallet in a closed month. */
export async function readWalletMonth(tx: Database, userId: string, window: Window): Promise<WalletMonth> {
  const wallet = accountId(walletOf(userId));
  const owed = await readBalance(tx, accountId(personAccount('receivable', userId)), window.closed);
  return {
    ...(await readHeld<WalletKind>(tx, wallet, window)),
    owed: -owed,
    usage: await listUsage(tx, wallet, window),
  };
}

/** What the ledger shows of an owner's earnings in a closed month. */
export async function readEarningsMonth(tx: Database, userId: string, window: Window): Promise<EarningsMonth> {
  const pending = accountId(earningsOf(userId));
  return {
    pending: await readHeld<EarningsKind>(tx, pending, window),
    available: await readHeld<EarningsKind>(tx, accountId(personAccount('earnAvailable', userId)), window),
    days: await listDays(tx, { userId, pending }, window),
  };
}

function accountId({ kind, partyId, currency }: AccountName): SQL {
  return sql`(select id from ledger_accounts where party_id = ${partyId} and kind = ${kind} and currency = ${currency})`;
}

async function readHeld<Kind>(tx: Database, account: SQL, { closed, before }: Window) {
  return {
    opening: await readBalance(tx, account, before),
    closing: await readBalance(tx, account, closed),
    bookings: await listBookings<Kind>(tx, account, { closed, before }),
  };
}

/** What stood in an account when a month was closed, credit positive. */
async function readBalance(tx: Database, account: SQL, closed: ClosedMonth | null): Promise<bigint> {
  const { rows } = await tx.execute<{ balance: string }>(sql`
    select coalesce(-sum(e.amount), 0)::bigint as balance
    from ledger_entries e join ledger_transactions t on t.id = transaction_id
    where account_id = ${account} and ${bookedBy(closed)}`);
  return BigInt(rows[0]?.balance ?? 0);
}

async function listBookings<Kind>(tx: Database, account: SQL, { closed, before }: Window): Promise<Booking<Kind>[]> {
  const { rows } = await tx.execute<{ kind: Kind; at: string; about: Record<string, string>; amount: string }>(sql`
    select t.kind, t.occurred_at as at, t.about, -e.amount as amount
    from ledger_entries e join ledger_transactions t on t.id = transaction_id
    where account_id = ${account} and t.kind <> 'usage' and ${bookedIn(closed, before)} order by t.id, e.id`);
  return rows.map(({ at, amount, ...row }) => ({ ...row, at: new Date(at), amount: BigInt(amount) }));
}

type UsageRow = Record<'rental' | 'device' | 'since' | 'upto_at' | 'connected_ms' | 'rate' | 'amount', string>;

async function listUsage(tx: Database, wallet: SQL, { closed, before }: Window): Promise<UsageLine[]> {
  const { rows } = await tx.execute<UsageRow>(sql`
    with charge as (${charges(sql`renter_account_id = ${wallet}`)})
    select r.name as rental, d.name as device, since, upto_at, connected_ms, charge.rate, uncollected - gross as amount
    from charge join ledger_transactions t on t.id = transaction_id
    join rentals r on r.id = rental_id join devices d on d.id = device_id
    where ${bookedIn(closed, before)} order by charge.id`);
  return rows.map(({ rental, device, since, upto_at, ...row }) => ({
    rental,
    device,
    from: new Date(since),
    to: new Date(upto_at),
    connectedMs: BigInt(row.connected_ms),
    rate: BigInt(row.rate),
    amount: BigInt(row.amount),
  }));
}

type DayRow = Record<'day' | 'device' | 'connected_ms' | 'gross' | 'fee', string>;

/** A charge that ends at midnight is of the day before. */
async function listDays(
  tx: Database,
  { userId, pending }: { userId: string; pending: SQL },
  { closed, before }: Window,
): Promise<DeviceDay[]> {
  const own = sql`owner_account_id = ${pending} and m.rental_id in (select id from rentals where owner_id = ${userId})`;
  const { rows } = await tx.execute<DayRow>(sql`
    with charge as (${charges(own)})
    select to_char((upto_at - interval '1 ms') at time zone 'UTC', 'YYYY-MM-DD') as day, d.name as device,
      sum(connected_ms) as connected_ms, sum(gross) as gross, sum(fee) as fee
    from charge join ledger_transactions t on t.id = transaction_id
    join rentals r on r.id = rental_id join devices d on d.id = device_id
    where ${bookedIn(closed, before)} group by day, d.id order by day, d.name, d.id`);
  return rows.map(({ day, device, connected_ms, gross, fee }) => ({
    day,
    device,
    connectedMs: BigInt(connected_ms),
    gross: BigInt(gross),
    fee: BigInt(fee),
  }));
}

/** All charges of some meters `m`, each with what it counts beyond the one before. */
function charges(whose: SQL): SQL {
  return sql`
    select c.*, m.rate, coalesce(lag(upto_at) over meter, m.started_at) as since,
      upto_ms - coalesce(lag(upto_ms) over meter, 0) as connected_ms
    from usage_charges c join rental_meters m on m.id = meter_id
    where ${whose} window meter as (partition by meter_id order by upto_ms)`;
}
