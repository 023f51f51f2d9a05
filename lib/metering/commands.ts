import { and, eq, type SQL, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { ledgerAccounts, rentalMeters } from '#db/schema/ledger';
import { earningsOf, walletOf } from '../ledger/accounts.ts';
import { accountFor, lockUsageAccounts, type MeterRange, postUsage as postUsageOf } from '../ledger/post.ts';
import { inTurn } from '../process/each.ts';

/** How many meters are counted or posted in one transaction; others wait that long for their locks, no longer. */
const CHUNK = 5000;

/** Starts to count a rental's proven time from `at`; a rental whose meter runs keeps it. */
export async function openMeter(
  tx: Tx,
  rental: { rentalId: string; renterId: string; ownerId: string; rate: bigint; feeBasisPoints: number; at: Date },
): Promise<void> {
  const { rentalId, rate, feeBasisPoints, at } = rental;
  const renterAccountId = await accountFor(tx, walletOf(rental.renterId));
  const ownerAccountId = await accountFor(tx, earningsOf(rental.ownerId));
  await tx
    .insert(rentalMeters)
    .values({ rentalId, renterAccountId, ownerAccountId, rate, feeBasisPoints, startedAt: at, seenAt: at })
    .onConflictDoNothing();
}

/** Counts a rental's proofs up to `at` for the last time, posts what they cost and stops its meter. */
export async function closeMeter(tx: Tx, { rentalId, at }: { rentalId: string; at: Date }): Promise<void> {
  const [meter] = await tx
    .select({ id: rentalMeters.id })
    .from(rentalMeters)
    .where(and(eq(rentalMeters.rentalId, rentalId), rentalMeters.open));
  if (!meter) return;

  const range = { first: meter.id, last: meter.id };
  // Accounts before meters, as everywhere: the other order deadlocks with the hourly posting.
  await lockUsageAccounts(tx, range);
  await countProofs(tx, range, at);
  await forgetUncounted(tx, rentalId, at);
  await postUsageOf(tx, { ...range, key: `usage:${meter.id}:closed`, at });
  await tx.update(rentalMeters).set({ open: false }).where(eq(rentalMeters.id, meter.id));
}

/** Adds what has been proven up to `at` since the last tick to every running meter; the ledger is not touched. */
export async function tickMeters({ at }: { at: Date }): Promise<void> {
  await inTurn(await listOpenRanges(), (range) => db.transaction((tx) => countProofs(tx, range, at)), nameOf);
}

/** Brings the ledger up to what the meters have counted. Doing it again with the same `at` changes nothing. */
export async function postUsage({ at }: { at: Date }): Promise<void> {
  const postRange = (range: MeterRange) => {
    const key = `usage:${nameOf(range)}:${at.toISOString()}`;
    return db.transaction((tx) => postUsageOf(tx, { ...range, key, at }));
  };
  await inTurn(await listOpenRanges(), postRange, nameOf);
}

/** Counts and posts what a renter's running rentals have used up to `at`, as before a decision about the wallet. */
export async function postUsageOfRenter({ renterId, at }: { renterId: string; at: Date }): Promise<void> {
  const open = await db
    .select({ id: rentalMeters.id })
    .from(rentalMeters)
    .innerJoin(ledgerAccounts, eq(ledgerAccounts.id, rentalMeters.renterAccountId))
    .where(and(eq(ledgerAccounts.partyId, renterId), rentalMeters.open))
    .orderBy(rentalMeters.id);
  for (const { id } of open) {
    await db.transaction(async (tx) => {
      const range = { first: id, last: id };
      await lockUsageAccounts(tx, range);
      await countProofs(tx, range, at);
      await postUsageOf(tx, { ...range, key: `usage:${id}:asked:${at.toISOString()}`, at });
    });
  }
}

const nameOf = ({ first, last }: MeterRange) => `${first}-${last}`;

async function listOpenRanges(): Promise<MeterRange[]> {
  const { rows } = await db.execute<{ first: string; last: string }>(sql`
    select min(id) as first, max(id) as last
    from (select id, (row_number() over (order by id) - 1) / ${CHUNK} as chunk from rental_meters where open) meter
    group by chunk order by chunk`);
  return rows.map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) }));
}

/**
 * Adds the proven milliseconds between what a meter has seen and `at`. Instants are cut to milliseconds, not
 * differences, so the parts of a stretch add up to the whole however it was cut.
 */
async function countProofs(tx: Tx, { first, last }: MeterRange, at: Date) {
  const now = sql`${at.toISOString()}::timestamptz`;
  const since = sql`greatest(from_at, meter.seen_at)`;
  const until = sql`least(to_at, ${now})`;
  await tx.execute(sql`
    with meter as (
      select id, rental_id, seen_at from rental_meters
      where id between ${first} and ${last} and open order by id for no key update
    ), counted as (
      select meter.id, proven.* from meter cross join lateral (
        select max(${until}) as seen_at, sum(${msOf(until)} - ${msOf(since)}) as ms from proof_intervals
        where rental_id = meter.rental_id and to_at > meter.seen_at and ${since} < ${until}
      ) proven
    )
    update rental_meters set seen_at = counted.seen_at, billable_ms = billable_ms + counted.ms
    from counted where counted.id = rental_meters.id and counted.seen_at is not null
      and rental_meters.id between ${first} and ${last}`);
}

/** A rental ends in the middle of a stretch: what was proven beyond is not billed, so it is not shown as proven. */
async function forgetUncounted(tx: Tx, rentalId: string, at: Date) {
  // A tick by a clock that is ahead of `at` may have counted more.
  const end = sql`(select greatest(seen_at, ${at.toISOString()}::timestamptz) from rental_meters
    where rental_id = ${rentalId} and open)`;
  await tx.execute(sql`delete from proof_intervals where rental_id = ${rentalId} and from_at > ${end}`);
  await tx.execute(sql`update proof_intervals set to_at = ${end} where rental_id = ${rentalId} and to_at > ${end}`);
}

/** An instant in whole milliseconds. */
function msOf(instant: SQL): SQL {
  return sql`floor(extract(epoch from ${instant}) * 1000)::bigint`;
}
