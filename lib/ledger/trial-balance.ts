import { sql } from 'drizzle-orm';
import { db } from '#db/client';
import { ledgerAccounts } from '#db/schema/ledger';
import { CURRENCY } from './accounts.ts';

/** All accounts of a kind and currency together, as one line of a trial balance: a debit or a credit. */
export type TrialLine = { kind: string; accounts: number; debit: bigint; credit: bigint };

/** What stands in one currency; the two columns have the same sum. */
export type Trial = { currency: string; lines: TrialLine[]; debit: bigint; credit: bigint };

/** What stands in the books by currency and kind of account; our own currency comes first. */
export async function getTrialBalance(): Promise<Trial[]> {
  const rows = await db
    .select({
      currency: ledgerAccounts.currency,
      kind: ledgerAccounts.kind,
      accounts: sql<number>`count(*)::integer`,
      balance: sql<bigint>`sum(${ledgerAccounts.balance})::bigint`.mapWith(BigInt),
    })
    .from(ledgerAccounts)
    .groupBy(ledgerAccounts.currency, ledgerAccounts.kind)
    .orderBy(sql`${ledgerAccounts.currency} <> ${CURRENCY}`, ledgerAccounts.currency, ledgerAccounts.kind);
  const currencies = [...new Set(rows.map(({ currency }) => currency))];
  return currencies.map((currency) =>
    trialOf(
      currency,
      rows.filter((row) => row.currency === currency),
    ),
  );
}

function trialOf(currency: string, rows: { kind: string; accounts: number; balance: bigint }[]): Trial {
  const lines = rows.map(({ kind, accounts, balance }) => ({
    kind,
    accounts,
    debit: balance > 0n ? balance : 0n,
    credit: balance < 0n ? -balance : 0n,
  }));
  const total = (side: 'debit' | 'credit') => lines.reduce((sum, line) => sum + line[side], 0n);
  return { currency, lines, debit: total('debit'), credit: total('credit') };
}

/** Whether debits and credits cancel each other out in every currency. */
export const isBalanced = (trials: Trial[]): boolean => trials.every(({ debit, credit }) => debit === credit);
