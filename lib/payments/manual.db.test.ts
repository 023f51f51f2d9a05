import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { auditLog } from '#db/schema/admin';
import { papers } from '#db/schema/papers';
import { brokerAccount, personAccount } from '../ledger/accounts.ts';
import { getWallet, listMovements, readDebt } from '../ledger/balances.ts';
import { post } from '../ledger/post.ts';
import { move } from '../ledger/postings.ts';
import { makeUser, start } from '../metering/testing.ts';
import { done, refused } from '../outcome.ts';
import { creditWallet, largestCredit } from './manual.ts';

async function makeCredit(amount: bigint, more: object = {}) {
  const [userId, adminId] = [await makeUser(), await makeUser()];
  return { userId, adminId, amount, reason: 'Invoice 7', key: randomUUID(), at: start, address: '::1', ...more };
}

test('a credit by hand reaches the wallet once, with its reason, however often the form is sent', async () => {
  const credit = await makeCredit(5_000_000n);
  const outcomes = await Promise.all([1, 2, 3].map(() => creditWallet(credit)));
  expect(outcomes).toEqual([1, 2, 3].map(() => done(undefined)));
  expect(await getWallet(credit.userId, start)).toMatchObject({ balance: 5_000_000n });
  const { movements } = await listMovements(credit.userId, { page: 1 });
  expect(movements).toMatchObject([{ kind: 'booking', amount: 5_000_000n, reason: 'Invoice 7' }]);
});

test('who credited what, and why, stands in the audit log once', async () => {
  const credit = await makeCredit(5_000_000n);
  for (const _ of [1, 2]) await creditWallet(credit);
  const entries = await db.select().from(auditLog).where(eq(auditLog.objectId, credit.userId));
  const told = { actorId: credit.adminId, action: 'walletCredited', detail: '$5.00: Invoice 7', address: '::1' };
  expect(entries).toMatchObject([told]);
});

test('whoever paid the broker directly has one receipt for it', async () => {
  const credit = await makeCredit(5_000_000n);
  for (const _ of [1, 2]) await creditWallet(credit);
  const issued = await db.select().from(papers).where(eq(papers.userId, credit.userId));
  const facts = [
    { label: 'Paid by', value: 'direct payment to the broker' },
    { label: 'For', value: 'Invoice 7' },
    { label: 'Received', value: '5.000000 USD' },
  ];
  expect(issued).toMatchObject([{ kind: 'receipt', total: 5_000_000n, content: { facts } }]);
});

test('money that is credited by hand pays first what the person owes', async () => {
  const credit = await makeCredit(7_000_000n);
  const lines = move(3_000_000n, personAccount('receivable', credit.userId), brokerAccount('chargeback'));
  await db.transaction((tx) => post(tx, { kind: 'dispute:open', key: randomUUID(), at: start, about: {}, lines }));
  for (const _ of [1, 2]) await creditWallet(credit);
  expect(await getWallet(credit.userId, start)).toMatchObject({ balance: 4_000_000n });
  expect(await readDebt(db, credit.userId)).toBe(0n);
});

test.each([
  ['nothing', { amount: 0n }, 'amountOutOfRange'],
  ['less than nothing', { amount: -1n }, 'amountOutOfRange'],
  ['more than anybody means', { amount: largestCredit + 1n }, 'amountOutOfRange'],
  ['an amount without a reason', { reason: ' ' }, 'reasonMissing'],
  ['money for nobody', { userId: randomUUID() }, 'notFound'],
])('%s cannot be credited', async (_, flaw, reason) => {
  const credit = await makeCredit(5n, flaw);
  expect(await creditWallet(credit)).toEqual(refused(reason));
  expect(await getWallet(credit.userId, start)).toMatchObject({ balance: 0n });
});
