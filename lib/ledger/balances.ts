import { and, desc, eq, lte, type SQL, sql } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { devices } from '#db/schema/devices';
import { ledgerAccounts, rentalMeters, usageCharges } from '#db/schema/ledger';
import { rentals } from '#db/schema/rentals';
import { runwaySecondsOf } from '../metering/meter.ts';
import { CURRENCY, earningsOf, personAccount, walletOf } from './accounts.ts';
import type { WalletKind } from './postings.ts';

/** What a renter has: all in micro-dollars, credit positive. */
export type Wallet = {
  /** What the ledger shows. */
  balance: bigint;
  /** Used by rentals and counted, but not in the ledger yet. */
  unposted: bigint;
  /** Set aside for running rentals. */
  held: bigint;
  /** What running rentals may still use. */
  spendable: bigint;
  /** What a new rental may promise. */
  free: bigint;
  /** What the running rentals cost an hour, together. */
  burnPerHour: bigint;
  /** How long `spendable` pays for them; null when none runs. */
  runwaySeconds: number | null;
};

/** The wallet of a user as it stands now, with the rentals that run at `at`. */
export async function getWallet(userId: string, at: Date): Promise<Wallet> {
  return readWallet(db, userId, at);
}

/** The same, inside a caller's transaction. */
export async function readWallet(tx: Database, userId: string, at: Date): Promise<Wallet> {
  const { kind } = walletOf(userId);
  const [account] = await tx
    .select({ id: ledgerAccounts.id, balance: ledgerAccounts.balance, held: ledgerAccounts.held })
    .from(ledgerAccounts)
    .where(
      and(eq(ledgerAccounts.partyId, userId), eq(ledgerAccounts.kind, kind), eq(ledgerAccounts.currency, CURRENCY)),
    );
  if (!account) return walletOfFigures({ balance: 0n, held: 0n, unposted: 0n, burnPerHour: 0n });

  const running = sql`${rentals.state} = 'active' and ${lte(rentalMeters.startedAt, at)}`;
  const [use] = await tx
    .select({
      unposted: wholeOf(sql`sum(${grossCounted} - ${rentalMeters.postedGross})`),
      burnPerHour: wholeOf(sql`sum(${rentalMeters.rate}) filter (where ${running})`),
    })
    .from(rentalMeters)
    .innerJoin(rentals, eq(rentals.id, rentalMeters.rentalId))
    .where(and(eq(rentalMeters.renterAccountId, account.id), rentalMeters.open));
  return walletOfFigures({
    balance: -account.balance,
    held: account.held,
    ...(use ?? { unposted: 0n, burnPerHour: 0n }),
  });
}

/** What a person owes for money that was taken back after it was spent. */
export async function readDebt(tx: Database, userId: string): Promise<bigint> {
  const { kind, currency } = personAccount('receivable', userId);
  const [account] = await tx
    .select({ balance: ledgerAccounts.balance })
    .from(ledgerAccounts)
    .where(
      and(eq(ledgerAccounts.partyId, userId), eq(ledgerAccounts.kind, kind), eq(ledgerAccounts.currency, currency)),
    );
  return account?.balance ?? 0n;
}

/** What a meter has counted, in money; the SQL of `grossOf`. */
const grossCounted = sql`div(${rentalMeters.rate}::numeric * ${rentalMeters.billableMs}, 3600000)`;

/** A sum as `bigint`, zero for none. */
const wholeOf = (sum: SQL) => sql<bigint>`coalesce(${sum}, 0)::bigint`.mapWith(BigInt);

function walletOfFigures(figures: Pick<Wallet, 'balance' | 'held' | 'unposted' | 'burnPerHour'>): Wallet {
  const { balance, held, unposted, burnPerHour } = figures;
  const spendable = balance - unposted;
  return {
    ...figures,
    spendable,
    free: spendable - held,
    runwaySeconds: runwaySecondsOf(spendable, burnPerHour),
  };
}

/** How many movements a page of the wallet shows. */
const PAGE = 50;

/** One line of a wallet's history; `amount` is positive for what came in. */
export type Movement = { id: string; at: Date; amount: bigint } & (
  | {
      kind: 'booking';
      /** What it was: the kind of the posting. */
      posting: WalletKind;
      /** In an admin's words. */
      reason: string | null;
      provider: string | null;
      /** The top-up that it is about, itself or by a refund or a dispute. */
      topUpId: string | null;
    }
  | {
      kind: 'usage';
      rentalId: string;
      rentalName: string;
      deviceName: string;
      from: Date;
      to: Date;
      /** Proven time between them, in milliseconds. */
      connectedMs: bigint;
      rate: bigint;
    }
);

/** A wallet's history, newest first: each charge by rental, and all else that moved it. Pages begin at 1. */
export async function listMovements(userId: string, { page }: { page: number }) {
  const { rows } = await db.execute<MovementRow>(sql`
    with wallet as (select id from ledger_accounts where party_id = ${userId} and kind = 'wallet'),
    movement as (
      select 'booking' as kind, t.id as transaction_id, e.id, t.occurred_at as at, -e.amount as amount,
        t.kind as posting, t.about, null::bigint as meter_id, null::bigint as upto_ms
      from ledger_entries e join ledger_transactions t on t.id = transaction_id
      where account_id = (select id from wallet) and t.kind <> 'usage'
      union all
      select 'usage', transaction_id, c.id, upto_at, c.uncollected - c.gross, null, null, meter_id, upto_ms
      from usage_charges c join rental_meters m on m.id = meter_id
      where renter_account_id = (select id from wallet)
      order by transaction_id desc, id desc limit ${PAGE + 1} offset ${(page - 1) * PAGE}
    )
    select movement.*, about->>'reason' as reason, about->>'provider' as provider,
      coalesce(about->>'topUpId', p.top_up_id::text) as top_up_id,
      r.id as rental_id, r.name as rental_name, d.name as device_name, m.rate,
      coalesce(before.upto_at, m.started_at) as since, movement.upto_ms - coalesce(before.upto_ms, 0) as connected_ms
    from movement
    left join rental_meters m on m.id = meter_id
    left join rentals r on r.id = m.rental_id
    left join devices d on d.id = r.device_id
    left join refunds f on f.id = (about->>'refundId')::uuid
    left join disputes q on q.id = (about->>'disputeId')::uuid
    left join payments p on p.id = coalesce(f.payment_id, q.payment_id)
    left join lateral (
      select upto_at, upto_ms from usage_charges c
      where c.meter_id = movement.meter_id and c.upto_ms < movement.upto_ms order by c.upto_ms desc limit 1
    ) before on true
    order by transaction_id desc, movement.id desc`);
  return { movements: rows.slice(0, PAGE).map(movementOf), hasMore: rows.length > PAGE };
}

/** A movement as the database tells it: whole numbers and instants as text. */
type MovementRow = { id: string; at: string; amount: string } & (
  | { kind: 'booking'; posting: WalletKind; reason: string | null; provider: string | null; top_up_id: string | null }
  | {
      kind: 'usage';
      rental_id: string;
      rental_name: string;
      device_name: string;
      since: string;
      connected_ms: string;
      rate: string;
    }
);

function movementOf(row: MovementRow): Movement {
  const at = new Date(row.at);
  const movement = { id: `${row.kind}-${row.id}`, at, amount: BigInt(row.amount) };
  if (row.kind === 'booking') {
    const { kind, posting, reason, provider, top_up_id: topUpId } = row;
    return { ...movement, kind, posting, reason, provider, topUpId };
  }
  return {
    ...movement,
    kind: row.kind,
    rentalId: row.rental_id,
    rentalName: row.rental_name,
    deviceName: row.device_name,
    from: new Date(row.since),
    to: at,
    connectedMs: BigInt(row.connected_ms),
    rate: BigInt(row.rate),
  };
}

/** What one device earned on one day (UTC, `2026-11-22`), after the broker's fee. */
export type DayEarnings = { day: string; deviceId: string; deviceName: string; earned: bigint };

/** What an owner has earned and not been paid, and of which device on which day it came; newest first. */
export async function getEarnings(ownerId: string): Promise<{ pending: bigint; days: DayEarnings[] }> {
  const { kind } = earningsOf(ownerId);
  const [account] = await db
    .select({ balance: ledgerAccounts.balance })
    .from(ledgerAccounts)
    .where(and(eq(ledgerAccounts.partyId, ownerId), eq(ledgerAccounts.kind, kind)));
  return { pending: -(account?.balance ?? 0n), days: await listDays(eq(rentals.ownerId, ownerId)) };
}

/** What a device has earned in all, and on which day; newest first. */
export async function getDeviceEarnings(deviceId: string): Promise<{ total: bigint; days: DayEarnings[] }> {
  const days = await listDays(eq(rentals.deviceId, deviceId));
  return { total: days.reduce((sum, { earned }) => sum + earned, 0n), days };
}

function listDays(whose: SQL): Promise<DayEarnings[]> {
  const day = sql<string>`to_char(${usageCharges.uptoAt} at time zone 'UTC', 'YYYY-MM-DD')`;
  return db
    .select({
      day,
      deviceId: devices.id,
      deviceName: devices.name,
      earned: wholeOf(sql`sum(${usageCharges.gross} - ${usageCharges.fee})`),
    })
    .from(usageCharges)
    .innerJoin(rentals, eq(rentals.id, usageCharges.rentalId))
    .innerJoin(devices, eq(devices.id, rentals.deviceId))
    .where(whose)
    .groupBy(day, devices.id)
    .orderBy(desc(day), devices.name);
}
