import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { auditLog } from '#db/schema/admin';
import { unapplied } from '#db/schema/payments';
import { brokerAccount, personAccount } from '../ledger/accounts.ts';
import { getWallet, readDebt } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { post } from '../ledger/post.ts';
import { move } from '../ledger/postings.ts';
import { getTrialBalance } from '../ledger/trial-balance.ts';
import { after, makeUser, start } from '../metering/testing.ts';
import { creditUnapplied, returnUnapplied } from './commands.ts';
import { unappliedReceived } from './postings.ts';
import { listUnapplied } from './queries.ts';

/** Money that came in and fits nothing, or news without money. */
async function find(money: { currency: string; amount: bigint } | null) {
  const provider = `bank-${randomUUID()}`;
  const row = { provider, reference: randomUUID(), ...money, reason: 'otherAmount', at: start };
  const [found] = await db.insert(unapplied).values(row).returning();
  const id = found?.id ?? '';
  if (money) await db.transaction((tx) => post(tx, unappliedReceived({ id, provider, money, at: start })));
  const decision = { unappliedId: id, adminId: await makeUser(), address: '192.0.2.1', at: after(60) };
  const left = async () => {
    const lines = (await getTrialBalance()).flatMap(({ lines }) => lines);
    const at = (kind: string) => lines.find((line) => line.kind === `${kind}:${provider}`);
    return { unapplied: at('unapplied')?.credit ?? 0n, psp: at('psp')?.debit ?? 0n };
  };
  return { id, decision: { ...decision, reason: 'they wrote to us' }, left };
}

async function makePayer() {
  const userId = await makeUser();
  const [user] = await db.select({ email: users.email }).from(users).where(eq(users.id, userId));
  const balance = async () => (await getWallet(userId, after(60))).balance;
  return { userId, email: user?.email ?? '', balance };
}

const expectBooks = async () => expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);

test('unmatched money is credited to the one it belongs to, once, whoever decides at the same time', async () => {
  const { id, decision, left } = await find({ currency: 'USD', amount: 7_000_000n });
  const { email, balance } = await makePayer();
  const answers = await Promise.all([
    creditUnapplied({ ...decision, email, worth: null }),
    creditUnapplied({ ...decision, email, worth: null }),
    returnUnapplied({ ...decision, reference: 're-1' }),
  ]);
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect((await left()).unapplied).toBe(0n);
  const { psp } = await left();
  expect(await balance()).toBe(psp);
  const [line] = (await listUnapplied({ resolved: true, page: 1 })).lines;
  expect(line).toMatchObject({ id, resolvedAt: after(60) });
  expect(await db.select().from(auditLog).where(eq(auditLog.objectId, id))).toHaveLength(1);
  await expectBooks();
});

test('money in another currency is credited at the worth that an admin gives it', async () => {
  const { decision, left } = await find({ currency: 'BTC', amount: 16_500n });
  const { email, balance } = await makePayer();
  expect(await creditUnapplied({ ...decision, email, worth: null })).toMatchObject({ reason: 'worthMissing' });
  expect(await creditUnapplied({ ...decision, email, worth: 10_000_000n })).toMatchObject({ ok: true });
  expect([await balance(), await left()]).toEqual([10_000_000n, { unapplied: 0n, psp: 16_500n }]);
  await expectBooks();
});

test('money that was sent back has left the provider', async () => {
  const { decision, left } = await find({ currency: 'USD', amount: 7_000_000n });
  expect(await returnUnapplied({ ...decision, reference: 're-1' })).toMatchObject({ ok: true });
  expect(await left()).toEqual({ unapplied: 0n, psp: 0n });
  await expectBooks();
});

test('news without money can only be put aside, and nobody unknown is credited', async () => {
  const [news, money] = [await find(null), await find({ currency: 'USD', amount: 1n })];
  const { email } = await makePayer();
  expect(await creditUnapplied({ ...news.decision, email, worth: 1n })).toMatchObject({ reason: 'noMoney' });
  expect(await returnUnapplied({ ...news.decision, reference: '' })).toMatchObject({ ok: true });
  const nobody = { ...money.decision, email: 'nobody@example.test', worth: null };
  expect(await creditUnapplied(nobody)).toMatchObject({ reason: 'noSuchUser' });
  expect((await money.left()).unapplied).toBe(1n);
});

test('unmatched money pays first what its owner owes', async () => {
  const { decision } = await find({ currency: 'USD', amount: 7_000_000n });
  const { userId, email, balance } = await makePayer();
  const lines = move(3_000_000n, personAccount('receivable', userId), brokerAccount('chargeback'));
  await db.transaction((tx) => post(tx, { kind: 'dispute:open', key: randomUUID(), at: start, about: {}, lines }));
  expect(await creditUnapplied({ ...decision, email, worth: null })).toMatchObject({ ok: true });
  expect([await balance(), await readDebt(db, userId)]).toEqual([4_000_000n, 0n]);
  await expectBooks();
});
