import { and, eq, inArray } from 'drizzle-orm';
import type { Database } from '#db/client';
import { ledgerAccounts, ledgerEntries, ledgerTransactions } from '#db/schema/ledger';
import { disputes, earnings, fundingLots, payments, topUps } from '#db/schema/payments';
import type { Loss } from './postings.ts';

/** Whether a bank or a company is deciding about one of a person's payments. */
export async function hasOpenDispute(tx: Database, userId: string): Promise<boolean> {
  const [open] = await tx
    .select({ id: disputes.id })
    .from(disputes)
    .innerJoin(payments, eq(payments.id, disputes.paymentId))
    .innerJoin(topUps, eq(topUps.id, payments.topUpId))
    .where(and(eq(topUps.userId, userId), eq(disputes.state, 'open')))
    .limit(1);
  return open !== undefined;
}

/** The owners who have earned from the payments of a top-up. */
export async function listEarners(tx: Database, topUpId: string): Promise<string[]> {
  const paid = tx.select({ id: payments.id }).from(payments).where(eq(payments.topUpId, topUpId));
  const rows = await tx
    .selectDistinct({ ownerId: earnings.ownerId })
    .from(earnings)
    .innerJoin(fundingLots, eq(fundingLots.id, earnings.lotId))
    .where(inArray(fundingLots.paymentId, paid));
  return rows.map(({ ownerId }) => ownerId);
}

/** What was written off when a dispute was lost, as the books have it. */
export async function readLoss(tx: Database, disputeId: string): Promise<Loss> {
  const key = `dispute:${disputeId}:lost`;
  const lines = await tx
    .select({ kind: ledgerAccounts.kind, partyId: ledgerAccounts.partyId, amount: ledgerEntries.amount })
    .from(ledgerEntries)
    .innerJoin(ledgerTransactions, eq(ledgerTransactions.id, ledgerEntries.transactionId))
    .innerJoin(ledgerAccounts, eq(ledgerAccounts.id, ledgerEntries.accountId))
    .where(eq(ledgerTransactions.key, key));
  const written = -(lines.find(({ kind }) => kind === 'receivable')?.amount ?? 0n);
  const fromOwners = lines.filter(({ kind }) => kind === 'earnPending');
  return { written, clawedBack: fromOwners.map(({ partyId, amount }) => ({ ownerId: partyId ?? '', amount })) };
}
