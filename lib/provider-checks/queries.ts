import { sql } from 'drizzle-orm';
import { db } from '#db/client';
import { providerChecks } from '#db/schema/desk';
import { openPayoutStates } from '../payouts/lifecycle.ts';
import { openRefundStates } from '../refunds/lifecycle.ts';
import { openTopUpStates } from '../top-ups/lifecycle.ts';

/** What is under way with a provider, and what of it does not get on by itself. */
export type Traffic = { open: number; inTrouble: number };

/** What goes on with one provider. */
export type ProviderDesk = {
  provider: string;
  check: typeof providerChecks.$inferSelect | null;
  lastWebhookAt: Date | null;
  webhooks: { waiting: number; dead: number };
  topUps: Traffic;
  payouts: Traffic;
  refunds: Traffic;
  unapplied: number;
};

type Row = {
  provider: string;
  lastWebhookAt: string | null;
  waiting: number;
  dead: number;
  topUpsOpen: number;
  topUpsInTrouble: number;
  payoutsOpen: number;
  payoutsInTrouble: number;
  refundsOpen: number;
  refundsInTrouble: number;
  unapplied: number;
};

/**
 * How things stand with each of these providers, and with those that are not set up any more while something of theirs
 * is still under way. What has not moved for three days is in trouble, and so is what nobody can tell the outcome of.
 */
export async function listProviderDesks(configured: string[], { at }: { at: Date }): Promise<ProviderDesk[]> {
  const [checks, { rows }] = await Promise.all([db.select().from(providerChecks), db.execute<Row>(traffic(at))]);
  const busy = rows.filter((row) => row.waiting + row.dead + row.payoutsOpen + row.refundsOpen + row.unapplied > 0);
  const ids = [...new Set([...configured, ...busy.map(({ provider }) => provider)])];
  return ids.map((provider) => {
    const check = checks.find((one) => one.provider === provider) ?? null;
    return deskOf({ ...nothing, ...rows.find((row) => row.provider === provider), provider }, check);
  });
}

const counts = { waiting: 0, dead: 0, topUpsOpen: 0, topUpsInTrouble: 0, payoutsOpen: 0, payoutsInTrouble: 0 };
const nothing = { ...counts, lastWebhookAt: null, refundsOpen: 0, refundsInTrouble: 0, unapplied: 0 };

function deskOf(row: Row, check: ProviderDesk['check']): ProviderDesk {
  return {
    provider: row.provider,
    check,
    lastWebhookAt: row.lastWebhookAt === null ? null : new Date(row.lastWebhookAt),
    webhooks: { waiting: row.waiting, dead: row.dead },
    topUps: { open: row.topUpsOpen, inTrouble: row.topUpsInTrouble },
    payouts: { open: row.payoutsOpen, inTrouble: row.payoutsInTrouble },
    refunds: { open: row.refundsOpen, inTrouble: row.refundsInTrouble },
    unapplied: row.unapplied,
  };
}

function traffic(at: Date) {
  const late = sql`state_since < ${at.toISOString()}::timestamptz - interval '3 days'`;
  return sql`
    select provider, "lastWebhookAt", coalesce(waiting, 0) as waiting, coalesce(dead, 0) as dead,
      coalesce("topUpsOpen", 0) as "topUpsOpen", coalesce("topUpsInTrouble", 0) as "topUpsInTrouble",
      coalesce("payoutsOpen", 0) as "payoutsOpen", coalesce("payoutsInTrouble", 0) as "payoutsInTrouble",
      coalesce("refundsOpen", 0) as "refundsOpen", coalesce("refundsInTrouble", 0) as "refundsInTrouble",
      coalesce(unapplied, 0) as unapplied
    from (
      select provider, max(received_at) as "lastWebhookAt",
        (count(*) filter (where processed_at is null and dead_at is null))::integer as waiting,
        (count(*) filter (where processed_at is null and dead_at is not null))::integer as dead
      from webhook_events group by provider
    ) w full join (
      select provider, (count(*) filter (where state in ${[...openTopUpStates]}))::integer as "topUpsOpen",
        (count(*) filter (where state = 'disputed' or state in ${[...openTopUpStates]} and ${late}))::integer
          as "topUpsInTrouble"
      from top_ups group by provider
    ) t using (provider) full join (
      select provider, count(*)::integer as "payoutsOpen",
        (count(*) filter (where state = 'unknown' or problem is not null or ${late}))::integer as "payoutsInTrouble"
      from payouts where state in ${[...openPayoutStates]} group by provider
    ) p using (provider) full join (
      select t.provider, count(*)::integer as "refundsOpen",
        (count(*) filter (where r.state = 'unknown' or r.problem is not null or r.${late}))::integer
          as "refundsInTrouble"
      from refunds r join payments p on p.id = payment_id join top_ups t on t.id = top_up_id
      where r.state in ${[...openRefundStates]} group by t.provider
    ) r using (provider) full join (
      select provider, count(*)::integer as unapplied from unapplied where resolved_at is null group by provider
    ) u using (provider)`;
}
