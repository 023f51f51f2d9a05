import { asc, eq, sql } from 'drizzle-orm';
import { db } from '#db/client';
import { rentalMeters, usageCharges } from '#db/schema/ledger';
import { grossOf } from './meter.ts';

/** A wallet must pay two minutes of everything that runs on it, an hour for what starts or resumes. */
const NOTICE_SECONDS = 120;
const HOUR_SECONDS = 3600;

/** Running rentals that their wallet cannot pay for two more minutes: the newest, as few as suffice. Newest first. */
export async function listExhaustedRentals(at: Date): Promise<string[]> {
  const { rows } = await db.execute<{ rental_id: string }>(sql`
    ${burning(at)}
    select rental_id from burning
    where state = 'active' and burn_up_to * ${NOTICE_SECONDS} > spendable * ${HOUR_SECONDS}
    order by id desc`);
  return rows.map((row) => row.rental_id);
}

/** Suspended rentals whose wallet pays an hour again, of them and all that runs beside them. Oldest first. */
export async function listFundedRentals(at: Date): Promise<string[]> {
  const { rows } = await db.execute<{ rental_id: string }>(sql`
    ${burning(at)}
    select rental_id from burning where state = 'suspended' and burn_up_to <= spendable order by id`);
  return rows.map((row) => row.rental_id);
}

/**
 * `burning`: each open meter with what its wallet may spend, and what this rental burns an hour together with those
 * that go before it: the running ones, then the suspended ones, older first.
 */
function burning(at: Date) {
  return sql`
    with burning as (
      select meter.id, rental_id, state,
        -balance - sum(div(meter.rate::numeric * billable_ms, 3600000) - posted_gross) over wallet as spendable,
        sum(meter.rate) over (wallet order by state, meter.id) as burn_up_to
      from rental_meters meter
      join ledger_accounts account on account.id = renter_account_id
      join rentals on rentals.id = rental_id
      where open and started_at <= ${at.toISOString()}::timestamptz
      window wallet as (partition by renter_account_id)
    )`;
}

/** What a rental has cost so far: its proven time, and the price of that to the micro-dollar. */
export async function getRentalCost(rentalId: string): Promise<{ billableMs: bigint; gross: bigint }> {
  const meters = await db
    .select({ rate: rentalMeters.rate, billableMs: rentalMeters.billableMs })
    .from(rentalMeters)
    .where(eq(rentalMeters.rentalId, rentalId));
  return {
    billableMs: meters.reduce((sum, meter) => sum + meter.billableMs, 0n),
    gross: meters.reduce((sum, meter) => sum + grossOf(meter.rate, meter.billableMs), 0n),
  };
}

/** One line of a rental's bill. */
export type Charge = {
  from: Date;
  to: Date;
  /** Proven time, in milliseconds. */
  connectedMs: bigint;
  rate: bigint;
  gross: bigint;
  fee: bigint;
  /** What the wallet could not pay; the renter does not owe it. */
  uncollected: bigint;
};

/** What the ledger shows of a rental, oldest first. */
export async function listCharges(rentalId: string): Promise<Charge[]> {
  const before = sql`over (partition by ${usageCharges.meterId} order by ${usageCharges.uptoMs})`;
  return db
    .select({
      from: sql<Date>`coalesce(lag(${usageCharges.uptoAt}) ${before}, ${rentalMeters.startedAt})`.mapWith(
        usageCharges.uptoAt,
      ),
      to: usageCharges.uptoAt,
      connectedMs: sql<bigint>`${usageCharges.uptoMs} - coalesce(lag(${usageCharges.uptoMs}) ${before}, 0)`.mapWith(
        usageCharges.uptoMs,
      ),
      rate: rentalMeters.rate,
      gross: usageCharges.gross,
      fee: usageCharges.fee,
      uncollected: usageCharges.uncollected,
    })
    .from(usageCharges)
    .innerJoin(rentalMeters, eq(rentalMeters.id, usageCharges.meterId))
    .where(eq(usageCharges.rentalId, rentalId))
    .orderBy(asc(usageCharges.id));
}
