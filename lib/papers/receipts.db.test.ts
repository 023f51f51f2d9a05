import { eq } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { db } from '#db/client';
import { papers } from '#db/schema/papers';
import { topUps } from '#db/schema/payments';
import { makeUser } from '../metering/testing.ts';
import { followStatus } from '../top-ups/sync.ts';
import { money, scriptedProvider } from '../top-ups/testing.ts';
import { issueReceipt } from './commands.ts';
import { emptyBooks, papersOf, providers } from './testing.ts';

const at = new Date('2026-12-31T23:59:59.000Z');
const { provider, treasury } = scriptedProvider();

beforeEach(emptyBooks);

const receiptOf = (userId: string, more: { at?: Date; paymentId?: string } = {}) => ({
  ...{ userId, paymentId: crypto.randomUUID(), providers, provider: 'bank', reference: 'txn 1', credited: 1_005_000n },
  ...{ received: { currency: 'USD', amount: 1_005_000n, decimals: 6 }, paidAt: at, at },
  ...more,
});

async function payIn(userId: string, amount: bigint) {
  const row = {
    userId,
    provider: provider.id,
    amount,
    reference: `ref-${crypto.randomUUID()}`,
    state: 'pending' as const,
  };
  const [topUp] = await db.insert(topUps).values(row).returning();
  const payment = { id: 'pay-1', received: money(amount), at, fee: null, final: true, dropped: false };
  const status = { progress: { state: 'succeeded' as const }, payments: [payment], refunds: [], disputes: [] };
  const told = { ...status, topUpId: topUp?.id ?? '', savedMethod: null };
  if (topUp) for (const _ of [1, 2]) await followStatus(treasury, { topUp, status: told, at });
}

test('a payment that is credited has its receipt in the same instant, and one alone', async () => {
  const userId = await makeUser();
  await payIn(userId, 12_340_000n);
  const [receipt, ...more] = await papersOf(userId);
  expect(more).toEqual([]);
  expect([receipt?.label, receipt?.total]).toEqual(['R-2026-000001', 12_340_000n]);
  expect(receipt?.sheet.facts).toEqual([
    { label: 'Paid by', value: 'Scripted Bank' },
    { label: 'Reference', value: 'pay-1' },
    { label: 'Received', value: '12.340000 USD' },
  ]);
});

test('twenty who issue at once, of whom every third fails, leave numbers without a gap', async () => {
  const users = await Promise.all(Array.from({ length: 20 }, () => makeUser()));
  const outcomes = await Promise.allSettled(
    users.map((userId, index) =>
      db.transaction(async (tx) => {
        await issueReceipt(tx, receiptOf(userId));
        if (index % 3 === 0) throw new RangeError('the payment could not be credited after all');
      }),
    ),
  );
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(7);
  const rows = await db.select().from(papers).where(eq(papers.kind, 'receipt')).orderBy(papers.number);
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
});

test('numbers begin anew with the year, by UTC', async () => {
  const userId = await makeUser();
  const newYear = new Date('2027-01-01T00:00:00.000Z');
  for (const when of [at, newYear, newYear])
    await db.transaction((tx) => issueReceipt(tx, receiptOf(userId, { at: when })));
  expect((await papersOf(userId)).map(({ label }) => label)).toEqual([
    'R-2026-000001',
    'R-2027-000001',
    'R-2027-000002',
  ]);
});

test('a receipt is rounded to cents, half a cent up, and says what came in', async () => {
  const userId = await makeUser();
  const received = { currency: 'BTC', amount: 16_500n, decimals: 8 };
  await db.transaction((tx) => issueReceipt(tx, { ...receiptOf(userId), received }));
  const [receipt] = await papersOf(userId);
  expect(receipt?.sheet.total).toEqual({ label: 'Total', amount: '1010000' });
  expect(receipt?.sheet.facts[2]).toEqual({ label: 'Received', value: '0.00016500 BTC' });
});
