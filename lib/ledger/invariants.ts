import { type SQL, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { openPayoutStates } from '../payouts/lifecycle.ts';
import { openRefundStates } from '../refunds/lifecycle.ts';

/** Charges that no lot has paid yet, because spending is allotted by and by. */
const notAllotted = sql`
  select renter.party_id as renter_id, owner.party_id as owner_id, gross, fee, uncollected
  from usage_charges c join rental_meters m on m.id = meter_id
  join ledger_accounts renter on renter.id = renter_account_id join ledger_accounts owner on owner.id = owner_account_id
  where c.id > (select charge_id from allotments where name = 'charges')`;

/** What must always be true of the books; each query finds what breaks it, as `broken`. */
const invariants: Record<string, SQL> = {
  'All balances of a currency sum to zero': sql`
    select currency || ': ' || sum(balance) as broken from ledger_accounts group by currency having sum(balance) <> 0`,
  'Every balance is the sum of its entries': sql`
    select 'account ' || a.id as broken from ledger_accounts a
    left join (select account_id, sum(amount) as total from ledger_entries group by account_id) e on e.account_id = a.id
    where a.balance <> coalesce(e.total, 0)`,
  'Every transaction sums to zero': sql`
    select 'transaction ' || transaction_id as broken from ledger_entries
    group by transaction_id, currency having sum(amount) <> 0`,
  'No account is below its floor': sql`
    select 'account ' || id as broken from ledger_accounts where normal * balance < floor`,
  'Every meter has posted what its charges say': sql`
    select 'meter ' || m.id as broken from rental_meters m
    left join (select meter_id, sum(gross) as gross, sum(fee) as fee, max(upto_ms) as upto_ms
      from usage_charges group by meter_id) c on c.meter_id = m.id
    where (posted_gross, posted_fee) <> (coalesce(gross, 0), coalesce(fee, 0))
      or posted_gross <> div(rate::numeric * coalesce(upto_ms, 0), 3600000)
      or billable_ms < coalesce(upto_ms, 0)`,
  'Every charge is in the ledger: paid or uncollected, earned or fee': sql`
    select 'transaction ' || coalesce(c.id, e.id) as broken
    from (select transaction_id as id, sum(gross) as gross, sum(fee) as fee, sum(uncollected) as uncollected
      from usage_charges group by transaction_id) c
    full join (select transaction_id as id,
        coalesce(sum(amount) filter (where a.kind = 'wallet'), 0) as paid,
        coalesce(sum(amount) filter (where a.kind = 'uncollected'), 0) as uncollected,
        coalesce(-sum(amount) filter (where a.kind = 'platformFee'), 0) as fee,
        coalesce(-sum(amount) filter (where a.kind = 'earnPending'), 0) as earned
      from ledger_entries join ledger_accounts a on a.id = account_id
      join ledger_transactions t on t.id = transaction_id and t.kind = 'usage' group by transaction_id) e on e.id = c.id
    where (gross - c.uncollected, c.uncollected, c.fee, gross - c.fee) is distinct from
      (paid, e.uncollected, e.fee, earned)`,
  'No meter has counted more than the time that went by': sql`
    select 'meter ' || id as broken from rental_meters
    where billable_ms > ceil(extract(epoch from seen_at - started_at) * 1000)`,
  'Proofs of one rental do not overlap': sql`
    select 'rental ' || rental_id as broken from (
      select rental_id, from_at, lag(to_at) over (partition by rental_id order by from_at) as before from proof_intervals
    ) proof where from_at < before`,
  'No device serves two rentals': sql`
    select 'device ' || device_id as broken from rentals
    where state in ('preparing', 'active', 'suspended') group by device_id having count(*) > 1`,
  'What wallets hold back is the sum of their open holds': sql`
    select 'account ' || a.id as broken from ledger_accounts a
    left join (select account_id, sum(amount) as total from holds where released_at is null group by account_id) h
      on h.account_id = a.id
    where a.held <> coalesce(h.total, 0)`,
  'Nobody owes less than nothing': sql`
    select 'account ' || id as broken from ledger_accounts where kind = 'receivable' and balance < 0`,
  'Every payment stands in a wallet once, and not at all when it was undone': sql`
    select 'payment ' || coalesce(p.id::text, t.id) as broken from payments p
    full join (select split_part(key, ':', 2) as id, count(distinct t.id) filter (where t.kind = 'topUp') as credits,
        -sum(amount) as standing
      from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
      join ledger_accounts a on a.id = account_id and a.kind in ('wallet', 'receivable')
      where t.kind in ('topUp', 'topUpReversed') group by 1) t on t.id = p.id::text
    where (p.round, case when reversed_at is null then credited else 0 end) is distinct from (t.credits, t.standing)`,
  'Every payout that was paid is settled once': sql`
    select 'payout ' || coalesce(p.id::text, t.id) as broken from payouts p
    full join (select split_part(key, ':', 2) as id, count(*) filter (where kind = 'payout:paid') as paid,
        count(*) filter (where kind = 'payout:cameBack') as came_back
      from ledger_transactions where kind in ('payout:paid', 'payout:cameBack') group by 1) t on t.id = p.id::text
    where p.id is null or coalesce(paid, 0) > 1
      or coalesce(paid - came_back, 0) <> case when state = 'paid' then 1 else 0 end`,
  'What is set aside for payouts is the sum of the open ones': sql`
    select kind as broken from (
      select kind, sum(-balance) as set_aside from ledger_accounts where kind like 'payoutTransit:%' group by kind) a
    full join (select 'payoutTransit:' || provider as kind, sum(amount) as open from payouts
      where state in ${[...openPayoutStates]} group by provider) p using (kind)
    where coalesce(set_aside, 0) <> coalesce(open, 0)`,
  'What is set aside for refunds is the sum of the open ones': sql`
    select kind as broken from (
      select kind, sum(-balance) as set_aside from ledger_accounts where kind like 'refundTransit:%' group by kind) a
    full join (select 'refundTransit:' || provider as kind, sum(r.amount) as open
      from refunds r join payments p on p.id = payment_id join top_ups t on t.id = top_up_id
      where r.state in ${[...openRefundStates]} group by provider) r using (kind)
    where coalesce(set_aside, 0) <> coalesce(open, 0)`,
  'Every wallet holds what is left of the money it was given': sql`
    select 'wallet of ' || coalesce(w.party_id, l.user_id) as broken
    from (select party_id, balance from ledger_accounts where kind = 'wallet') w
    full join (select user_id, sum(amount - spent - taken_back) as unspent from funding_lots group by user_id) l
      on l.user_id = w.party_id
    left join (select renter_id, sum(gross - uncollected) as used from (${notAllotted}) c group by renter_id) c
      on c.renter_id = w.party_id
    where -coalesce(w.balance, 0) <> coalesce(unspent, 0) - coalesce(used, 0)`,
  'Pending earnings are what owners earned and no day has let go': sql`
    select 'earnings of ' || coalesce(a.party_id, e.owner_id) as broken
    from (select party_id, balance from ledger_accounts where kind = 'earnPending') a
    full join (select owner_id, sum(earned - taken_back) as waiting from earnings where matured_at is null
      group by owner_id) e on e.owner_id = a.party_id
    left join (select owner_id, sum(gross - fee) as earned from (${notAllotted}) c group by owner_id) c
      on c.owner_id = a.party_id
    where -coalesce(a.balance, 0) <> coalesce(waiting, 0) + coalesce(earned, 0)`,
  'Every monthly paper adds up, and begins where the one before ended': sql`
    select 'paper ' || id as broken from (
      select id, (chain->>'opening')::numeric as opening, (chain->>'movements')::numeric as movements,
        (chain->>'closing')::numeric as closing, coalesce(lag(chain->>'closing') over series, '0')::numeric as before
      from papers cross join lateral (select content->'chain') as c(chain) where period_from is not null
      window series as (partition by user_id, kind order by period_from)
    ) paper where opening + movements <> closing or opening <> before`,
  'The papers of a kind and year are numbered without a gap': sql`
    select kind || ' of ' || year as broken from papers group by kind, year having max(number) <> count(*)`,
  'Every provider told the same as the books when it was last asked': sql`
    select provider || ' on ' || to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as broken from (
      select distinct on (provider) provider, at, differences, problem from reconciliations order by provider, at desc) r
    where problem is not null or differences <> '[]'`,
};

/** Whether one promise of the books holds; `detail` names the first that break it. */
export type InvariantCheck = { name: string; ok: boolean; detail: string };

/** Checks every promise of the books against every row, in one snapshot. */
export async function checkInvariants(): Promise<InvariantCheck[]> {
  return db.transaction(readInvariants, { isolationLevel: 'repeatable read', accessMode: 'read only' });
}

/** The same, inside a caller's transaction. */
export async function readInvariants(tx: Tx): Promise<InvariantCheck[]> {
  const checks: InvariantCheck[] = [];
  for (const [name, query] of Object.entries(invariants)) {
    const { rows } = await tx.execute<{ broken: string }>(sql`select broken from (${query}) found limit 5`);
    checks.push({ name, ok: rows.length === 0, detail: rows.map(({ broken }) => broken).join(', ') });
  }
  return checks;
}
