import { eq, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { walletAlerts } from '#db/schema/wallets';
import { enqueueMailTo } from '../mail/commands.ts';
import { letter } from '../mail/letter.ts';
import { DOLLAR, formatMoney } from '../money.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import type { Treasury } from '../payments/registry.ts';
import { inTurn } from '../process/each.ts';
import { type Alert, alertsOf, type LowWallet } from './levels.ts';

/** At which level a person wants to be told by mail, besides 24 hours, one hour and ten minutes before the end. */
export async function setAlertLevel({
  userId,
  level,
}: {
  userId: string;
  level: bigint | null;
}): Promise<Outcome<void, 'amountOutOfRange'>> {
  if (level !== null && (level <= 0n || level > 10_000n * DOLLAR)) return refused('amountOutOfRange');
  const fresh = { level, toldLevelAt: null };
  await db
    .insert(walletAlerts)
    .values({ userId, ...fresh })
    .onConflictDoUpdate({ target: walletAlerts.userId, set: fresh });
  return done(undefined);
}

/** The level at which a person wants to be told; null: none of their own. */
export async function getAlertLevel(userId: string): Promise<bigint | null> {
  const [alerts] = await db.select().from(walletAlerts).where(eq(walletAlerts.userId, userId));
  return alerts?.level ?? null;
}

type Row = { user_id: string; spendable: string; burn: string; level: string | null; told: Alert[] };

/** Tells everybody whose wallet is getting low, once each time that it does. */
export async function tellOfLowWallets(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  const { rows } = await db.execute<Row>(sql`
    with used as (
      select renter_account_id as account_id, sum(div(m.rate::numeric * billable_ms, 3600000) - posted_gross) as unposted,
        sum(m.rate) filter (where r.state = 'active') as burn
      from rental_meters m join rentals r on r.id = m.rental_id where open group by renter_account_id
    )
    select w.party_id as user_id, (-w.balance - coalesce(unposted, 0))::bigint as spendable,
      coalesce(burn, 0)::bigint as burn, level, array_remove(array[
        case when told_level_at is not null then 'level' end, case when told_day_at is not null then 'day' end,
        case when told_hour_at is not null then 'hour' end, case when told_minutes_at is not null then 'minutes' end
      ], null) as told
    from ledger_accounts w left join used on account_id = w.id left join wallet_alerts a on a.user_id = w.party_id
    where w.kind = 'wallet' and (a.user_id is not null
      or -w.balance - coalesce(unposted, 0) < 24 * coalesce(burn, 0))`);
  await inTurn(
    rows,
    (row) => tellOf(treasury, row, at),
    ({ user_id }) => user_id,
  );
}

async function tellOf(treasury: Treasury, row: Row, at: Date) {
  const wallet: LowWallet = {
    spendable: BigInt(row.spendable),
    burnPerHour: BigInt(row.burn),
    level: row.level === null ? null : BigInt(row.level),
  };
  const { tell, now } = alertsOf(wallet, row.told);
  const userId = row.user_id;
  if (now.join() === row.told.join()) return;

  await db.transaction(async (tx) => {
    const stamp = (alert: Alert) =>
      now.includes(alert) ? sql`coalesce(${columns[alert]}, ${at.toISOString()}::timestamptz)` : null;
    const marks = {
      toldLevelAt: stamp('level'),
      toldDayAt: stamp('day'),
      toldHourAt: stamp('hour'),
      toldMinutesAt: stamp('minutes'),
    };
    await tx.insert(walletAlerts).values({ userId }).onConflictDoNothing();
    await tx.update(walletAlerts).set(marks).where(eq(walletAlerts.userId, userId));
    if (tell) await write(tx, treasury, { userId, tell, spendable: wallet.spendable });
  });
}

const columns = {
  level: walletAlerts.toldLevelAt,
  day: walletAlerts.toldDayAt,
  hour: walletAlerts.toldHourAt,
  minutes: walletAlerts.toldMinutesAt,
} satisfies Record<Alert, unknown>;

const sentences: Record<Alert, string> = {
  level: 'your wallet is below the level at which you wanted to be told.',
  day: 'at what your rentals cost now, your wallet lasts less than 24 hours.',
  hour: 'at what your rentals cost now, your wallet lasts less than an hour. Rentals are paused when it is empty.',
  minutes:
    'your wallet lasts less than ten minutes. Rentals are then paused; an hour later they end and their data is wiped.',
};

async function write(
  tx: Tx,
  { publicUrl, sealer }: Treasury,
  { userId, tell, spendable }: { userId: string; tell: Alert; spendable: bigint },
) {
  const told = letter(publicUrl, `${formatMoney(spendable)} left in your wallet`, [
    sentences[tell],
    'Add funds, or set up automatic top-ups, here:',
    `${publicUrl}/wallet`,
  ]);
  await enqueueMailTo(tx, { userId, ...told }, sealer);
}
