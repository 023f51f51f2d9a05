import { eq, sql } from 'drizzle-orm';
import { db } from '#db/client';
import { papers } from '#db/schema/papers';
import { post } from '../ledger/post.ts';
import { manualCredit } from '../ledger/postings.ts';
import { issueReceipt } from './commands.ts';
import { type PaperKind, paperNumber, type Sheet } from './sheet.ts';

/** Providers as papers name them. */
export const providers = new Map([['bank', { name: 'First Bank' }]]);

/** Forgets everybody and all that was booked and issued, which only a test may. */
export async function emptyBooks() {
  await db.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(sql`truncate users, ledger_transactions, closed_months cascade`);
  });
}

/** Money for a wallet, booked with this date. */
export async function credit(userId: string, amount: bigint, at: Date, reason = 'paid') {
  const booking = { userId, amount, reason, adminId: userId, key: crypto.randomUUID(), at };
  await db.transaction((tx) => post(tx, manualCredit(booking)));
}

/** The receipt of a payment that a person made, by its id. */
export async function makeReceipt(
  userId: string,
  more: Partial<Parameters<typeof issueReceipt>[1]> = {},
): Promise<string> {
  const at = new Date();
  const paid = { provider: 'bank', reference: 'txn 1', credited: 5_000_000n, paidAt: at, providers, at };
  const received = { currency: 'USD', amount: 5_000_000n, decimals: 6 };
  const paymentId = crypto.randomUUID();
  await db.transaction((tx) => issueReceipt(tx, { ...paid, received, paymentId, userId, ...more }));
  const [paper] = await db
    .select()
    .from(papers)
    .where(eq(papers.about, more.paymentId ?? paymentId));
  return paper?.id ?? '';
}

/** All papers of a person, the oldest first. */
export async function papersOf(userId: string) {
  const rows = await db.select().from(papers).where(eq(papers.userId, userId)).orderBy(papers.id);
  return rows.map((row) => ({
    ...row,
    label: paperNumber({ ...row, kind: row.kind as PaperKind }),
    sheet: row.content as Sheet,
  }));
}

/** The rows of one table of a paper. */
export function rowsOf(sheet: Sheet | undefined, title: string): string[][] {
  return sheet?.sections.find((section) => section.title === title)?.rows ?? [];
}
