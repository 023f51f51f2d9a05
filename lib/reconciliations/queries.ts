import { desc, eq, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { reconciliations } from '#db/schema/papers';
import { isId } from '../ids.ts';
import { CURRENCY } from '../ledger/accounts.ts';
import type { Money, PaymentProvider } from '../payments/provider.ts';
import type { Movement } from './differences.ts';

/** How many comparisons the page shows. */
const SHOWN = 50;

/** The comparisons with providers, newest first; `newest` marks the last one of each provider. */
export async function listReconciliations() {
  const newest = sql<boolean>`${reconciliations.id} in (
    select distinct on (provider) id from reconciliations order by provider, at desc, id desc)`;
  const rows = await db
    .select({ run: reconciliations, newest })
    .from(reconciliations)
    .orderBy(desc(reconciliations.at), desc(reconciliations.id))
    .limit(SHOWN);
  return rows.map(({ run, newest }) => ({ ...run, newest }));
}

/** A comparison in a list. */
export type ReconciliationLine = Awaited<ReturnType<typeof listReconciliations>>[number];

/** One comparison; null when there is none. */
export async function findReconciliation(tx: Tx, reconciliationId: string) {
  if (!isId(reconciliationId)) return null;
  const [run] = await tx.select().from(reconciliations).where(eq(reconciliations.id, reconciliationId));
  return run ?? null;
}

/** What the books say stands at a provider, in each currency. */
export async function readLedger(tx: Tx, provider: string): Promise<Money[]> {
  const { rows } = await tx.execute<{ currency: string; balance: string }>(
    sql`select currency, balance from ledger_accounts where kind = ${`psp:${provider}`} order by currency`,
  );
  return rows.map(({ currency, balance }) => ({ currency, amount: BigInt(balance) }));
}

/**
 * Every movement at a provider that the books know of, by the provider's names. A chain tells what it was paid and not
 * what left it, so that need not stand there.
 */
export async function readMovements(tx: Tx, { id, currency }: PaymentProvider, isChain: boolean): Promise<Movement[]> {
  const { rows } = await tx.execute<MovementRow>(sql`
    select p.reference, p.currency, received - coalesce(fee, 0) as amount, p.at, false as renamed
    from payments p join top_ups t on t.id = top_up_id where provider = ${id} and reversed_at is null
    union all
    select r.reference, ${CURRENCY}, -r.amount, case when r.state = 'succeeded' and not ${isChain} then r.state_since end, false
    from refunds r join payments p on p.id = payment_id join top_ups t on t.id = top_up_id
    where provider = ${id} and r.reference is not null and r.state in ('pending', 'unknown', 'succeeded')
    union all
    select d.reference, ${CURRENCY}, -d.amount - d.fee, opened_at, false
    from disputes d join payments p on p.id = payment_id join top_ups t on t.id = top_up_id where provider = ${id}
    union all
    select d.reference, ${CURRENCY}, d.amount, closed_at, false
    from disputes d join payments p on p.id = payment_id join top_ups t on t.id = top_up_id
    where provider = ${id} and d.state = 'won'
    union all
    select reference, ${currency}, -coalesce(units, amount + coalesce(fee, 0)),
      case when state = 'paid' and not ${isChain} then state_since end, true
    from payouts where provider = ${id} and reference is not null and state in ('submitted', 'unclaimed', 'paid')
    union all
    select reference, currency, amount, at, false from unapplied where provider = ${id} and amount is not null
    union all
    select t.about->>'reference', e.currency, e.amount, occurred_at, false
    from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
    join ledger_accounts a on a.id = account_id and a.kind = ${`psp:${id}`}
    where t.kind in ('unapplied:returned', 'providerMoved:bank', 'providerMoved:fee')`);
  return rows.map(({ amount, at, ...row }) => ({
    ...row,
    amount: BigInt(amount),
    at: at === null ? null : new Date(at),
  }));
}

type MovementRow = { reference: string; currency: string; amount: string; at: string | null; renamed: boolean };
