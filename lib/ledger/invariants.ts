import { type SQL, sql } from 'drizzle-orm';
import { db } from '#db/client';

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
  'No wallet is below zero': sql`
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
};

/** Whether one promise of the books holds; `detail` names the first that break it. */
export type InvariantCheck = { name: string; ok: boolean; detail: string };

/** Checks every promise of the books against every row, in one snapshot. */
export async function checkInvariants(): Promise<InvariantCheck[]> {
  return db.transaction(
    async (tx) => {
      const checks: InvariantCheck[] = [];
      for (const [name, query] of Object.entries(invariants)) {
        const { rows } = await tx.execute<{ broken: string }>(sql`select broken from (${query}) found limit 5`);
        checks.push({ name, ok: rows.length === 0, detail: rows.map(({ broken }) => broken).join(', ') });
      }
      return checks;
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}
