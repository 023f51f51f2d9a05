import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { fundingLots } from '#db/schema/payments';
import { invariant } from '../errors.ts';
import { lesser } from '../money.ts';

/** Money that entered a wallet; `holdDays` is how long what it earns for owners waits. */
export type Lot = {
  userId: string;
  source: string;
  paymentId: string | null;
  amount: bigint;
  holdDays: number;
  at: Date;
};

/** An amount of a person's that is about one payment, or about none. */
type Taking = { userId: string; paymentId: string | null; amount: bigint };

/** Notes where money in a wallet came from. */
export async function addLot(tx: Tx, { at, ...lot }: Lot): Promise<void> {
  await tx.insert(fundingLots).values({ ...lot, createdAt: at });
}

/** What is left of a payment: neither spent nor taken back. Charges that are posted count once they are allotted. */
export async function getUnspent(tx: Tx, paymentId: string): Promise<bigint> {
  const lot = await lockLot(tx, paymentId);
  return lot ? lot.amount - lot.spent - lot.takenBack : 0n;
}

/** Takes `amount` out of a person's lots: from the payment it is about first, then from the oldest. */
export async function takeFromLots(tx: Tx, { userId, paymentId, amount }: Taking): Promise<void> {
  const lots = await tx
    .select()
    .from(fundingLots)
    .where(and(eq(fundingLots.userId, userId), sql`spent + taken_back < amount`))
    .orderBy(asc(fundingLots.id))
    .for('update');
  const own = lots.filter((lot) => lot.paymentId === paymentId);
  let wanted = amount;
  for (const lot of [...own, ...lots.filter((lot) => !own.includes(lot))]) {
    const taken = lesser(wanted, lot.amount - lot.spent - lot.takenBack);
    wanted -= taken;
    if (taken > 0n) await changeTakenBack(tx, lot.id, taken);
  }
}

/** Puts `amount` back into the lot of the payment it is about; what that never held becomes a lot of its own. */
export async function returnToLots(
  tx: Tx,
  { userId, paymentId, amount }: Taking & { paymentId: string },
  at: Date,
): Promise<void> {
  const lot = await lockLot(tx, paymentId);
  const returned = lot ? lesser(amount, lot.takenBack) : 0n;
  if (lot && returned > 0n) await changeTakenBack(tx, lot.id, -returned);
  if (amount === returned) return;
  const { source, holdDays } = lot ?? { source: 'returned', holdDays: 1 };
  await addLot(tx, { userId, source, paymentId: null, amount: amount - returned, holdDays, at });
}

/** The lot of a payment, with all others of its person: whoever locks one of them first, and more later, deadlocks. */
async function lockLot(tx: Tx, paymentId: string) {
  const person = tx.select({ id: fundingLots.userId }).from(fundingLots).where(eq(fundingLots.paymentId, paymentId));
  const lots = await tx
    .select()
    .from(fundingLots)
    .where(inArray(fundingLots.userId, person))
    .orderBy(asc(fundingLots.id))
    .for('update');
  return lots.find((lot) => lot.paymentId === paymentId);
}

async function changeTakenBack(tx: Tx, lotId: bigint, change: bigint) {
  const takenBack = sql`${fundingLots.takenBack} + ${change}`;
  await tx.update(fundingLots).set({ takenBack }).where(eq(fundingLots.id, lotId));
}

/** While a payment is contested, nothing that it earned for owners matures. */
export async function freezeLot(tx: Tx, paymentId: string, frozen: boolean): Promise<void> {
  await lockLot(tx, paymentId);
  await tx.update(fundingLots).set({ frozen }).where(eq(fundingLots.paymentId, paymentId));
}

/**
 * Decides of every posted charge which money paid for it, the oldest first, and what its owner earned by that.
 * Doing it again, or at the same time, changes nothing.
 */
export async function allotSpending({ at }: { at: Date }): Promise<void> {
  const upto = await lastCommittedCharge();
  await db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ since: string }>(
      sql`select charge_id as since from allotments where name = 'charges' for update`,
    );
    const since = BigInt(rows[0]?.since ?? upto);
    if (since >= upto) return;
    await lockLots(tx, since, upto);
    await allot(tx, { since, upto, at });
    await tx.execute(sql`update allotments set charge_id = ${upto} where name = 'charges'`);
  });
}

/** Waits for those who are writing charges now, so that none with a smaller id can appear later. */
async function lastCommittedCharge(): Promise<bigint> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`lock table usage_charges in share mode`);
    const { rows } = await tx.execute<{ last: string }>(sql`select coalesce(max(id), 0) as last from usage_charges`);
    return BigInt(rows[0]?.last ?? 0);
  });
}

const charged = (since: bigint, upto: bigint) => sql`
  select c.id, renter.party_id as user_id, owner.party_id as owner_id, gross, gross - fee as net, gross - uncollected as paid
  from usage_charges c join rental_meters m on m.id = meter_id
  join ledger_accounts renter on renter.id = renter_account_id join ledger_accounts owner on owner.id = owner_account_id
  where c.id > ${since} and c.id <= ${upto}`;

/** In a statement of its own, so that the next one sees what others have left of the lots. */
async function lockLots(tx: Tx, since: bigint, upto: bigint) {
  await tx.execute(sql`
    select 1 from funding_lots where user_id in (select user_id from (${charged(since, upto)}) charge)
      and spent + taken_back < amount order by id for no key update`);
}

async function allot(tx: Tx, { since, upto, at }: { since: bigint; upto: bigint; at: Date }) {
  await tx.execute(sql`
    with charge as (
      select *, sum(paid) over (partition by user_id order by id) as paid_upto from (${charged(since, upto)}) one
    ), lot as (
      select id, user_id, hold_days, amount - spent - taken_back as unspent,
        sum(amount - spent - taken_back) over (partition by user_id order by id) as unspent_upto
      from funding_lots where user_id in (select user_id from charge) and spent + taken_back < amount
    ), part as (
      select charge.id, owner_id, gross, net, lot.id as lot_id, hold_days,
        least(paid_upto, unspent_upto) - greatest(paid_upto - paid, unspent_upto - unspent) as amount
      from charge join lot using (user_id)
      where least(paid_upto, unspent_upto) > greatest(paid_upto - paid, unspent_upto - unspent)
    ), whole as (
      select * from part
      union all select charge.id, charge.owner_id, charge.gross, charge.net, null, 14,
        charge.gross - coalesce(sum(part.amount), 0)
      from charge left join part using (id) group by charge.id, charge.owner_id, charge.gross, charge.net
      having charge.gross > coalesce(sum(part.amount), 0)
    ), shared as (
      select *, div(net * sum(amount) over so_far, gross) - div(net * (sum(amount) over so_far - amount), gross) as earned
      from whole window so_far as (partition by id order by lot_id nulls last)
    ), spent as (
      update funding_lots set spent = funding_lots.spent + used.amount
      from (select lot_id, sum(amount)::bigint as amount from part group by lot_id) used
      where used.lot_id = funding_lots.id
    )
    insert into earnings (owner_id, lot_id, day, gross, earned, matures_at)
    select owner_id, lot_id, today.day, sum(amount)::bigint, sum(earned)::bigint,
      ((today.day + 1)::timestamp at time zone 'UTC') + max(hold_days) * interval '1 day'
    from shared, (select (${at.toISOString()}::timestamptz at time zone 'UTC')::date as day) today
    group by owner_id, lot_id, today.day
    order by owner_id, lot_id, today.day -- as takeBackPending locks them
    on conflict (owner_id, lot_id, day) do update
      set gross = earnings.gross + excluded.gross, earned = earnings.earned + excluded.earned`);
}

/** The lot that a payment became. */
export async function getLotId(tx: Tx, paymentId: string): Promise<bigint> {
  const [lot] = await tx.select({ id: fundingLots.id }).from(fundingLots).where(eq(fundingLots.paymentId, paymentId));
  invariant(lot, `the payment ${paymentId} has no lot`);
  return lot.id;
}
