import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { db } from '../../db/client.ts';
import { papers } from '../../db/schema/papers.ts';
import { issueReceipt } from '../../lib/papers/commands.ts';
import { earningsSheet } from '../../lib/papers/earnings.ts';
import type { PaperKind, Sheet } from '../../lib/papers/sheet.ts';
import { type Issuing, statementSheet } from '../../lib/papers/statement.ts';
import { providerName } from '../../lib/payments/provider.ts';
import { minutesAgo } from './cast.ts';

const month = '2026-10-01';
const hour = (count: number) => new Date(Date.UTC(2026, 9, 3, count));
const providers = new Map([['bank', { name: 'First Bank' }]]);
const issuing: Issuing = {
  from: { name: 'Bergen Broker AS', address: ['Strandgaten 1', '5013 Bergen', 'Norway'], taxId: 'NO 123 456 789 MVA' },
  to: { name: 'Ravi & Daughters', address: ['A street with a long name 17', '1000 Somewhere'], taxId: null },
  nameOf: (provider) => providerName(providers, provider),
};

/** The ids of papers, by what they are. */
export type LaidPapers = Record<PaperKind, string>;

/** A paper of each kind: a receipt and a long statement for a renter, an earnings statement for an owner. */
export async function layPapers({ renterId, ownerId }: { renterId: string; ownerId: string }): Promise<LaidPapers> {
  return {
    receipt: await layReceipt(renterId),
    statement: await lay(renterId, 'statement', statementOfScene()),
    earnings: await lay(ownerId, 'earnings', earningsOfScene()),
  };
}

async function layReceipt(userId: string): Promise<string> {
  const [paymentId, at, credited] = [randomUUID(), minutesAgo(4000), 12_345_678n];
  const received = { currency: 'USD', amount: credited, decimals: 6 };
  const payment = { provider: 'bank', reference: 'TX-2026-77', received, credited, paidAt: at };
  await db.transaction((tx) => issueReceipt(tx, { ...payment, userId, paymentId, providers, at }));
  const [paper] = await db.select({ id: papers.id }).from(papers).where(eq(papers.about, paymentId));
  return paper?.id ?? '';
}

function statementOfScene(): Sheet {
  const usage = Array.from({ length: 510 }, (_, index) => ({
    rental: 'amber-otter-42',
    device: index % 50 === 3 ? 'The little one behind the books in the living room' : 'Attic',
    from: hour(index),
    to: hour(index + 1),
    connectedMs: 3_600_000n,
    rate: 14_000n,
    amount: -14_000n,
  }));
  const topUp = { kind: 'topUp' as const, at: hour(0), about: { provider: 'bank' }, amount: 20_000_000n };
  return statementSheet(month, { opening: 0n, closing: 12_860_000n, owed: 0n, bookings: [topUp], usage }, issuing);
}

function earningsOfScene(): Sheet {
  const days = Array.from({ length: 20 }, (_, index) => ({
    day: hour(24 * index)
      .toISOString()
      .slice(0, 10),
    device: 'Attic',
    connectedMs: 86_400_000n,
    gross: 336_000n,
    fee: 33_600n,
  }));
  const pending = { opening: 0n, closing: 6_048_000n, bookings: [] };
  return earningsSheet(month, { days, pending, available: { opening: 0n, closing: 0n, bookings: [] } }, issuing);
}

async function lay(userId: string, kind: PaperKind, sheet: Sheet): Promise<string> {
  const number = sql`(select coalesce(max(number), 0) + 1 from papers where kind = ${kind} and year = 2026)`;
  const paper = { userId, kind, year: 2026, number, about: month, total: BigInt(sheet.total.amount), content: sheet };
  const [laid] = await db
    .insert(papers)
    .values({ ...paper, issuedAt: minutesAgo(3000) })
    .returning({ id: papers.id });
  return laid?.id ?? '';
}
