import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db, pool } from '#db/client';
import { InvariantError } from '../errors.ts';
import { makeUser, start } from '../metering/testing.ts';
import { type AccountName, brokerAccount, providerAccount, walletOf } from './accounts.ts';
import { getWallet } from './balances.ts';
import { accountFor, post } from './post.ts';
import { manualCredit, type Posting } from './postings.ts';

const creditOf = (userId: string, amount: bigint, key: string) =>
  manualCredit({ userId, amount, reason: 'bank transfer', adminId: userId, key, at: start });
const record = (posting: Posting) => db.transaction((tx) => post(tx, posting));
const move = (key: string, ...lines: [AccountName, bigint][]): Posting => ({
  kind: 'manualCredit',
  key,
  at: start,
  about: {},
  lines: lines.map(([account, amount]) => ({ account, amount })),
});
const refusal = (said: string) => ({ cause: expect.objectContaining({ message: expect.stringContaining(said) }) });

test('the database refuses a transaction that does not sum to zero', async () => {
  const posting = move('unbalanced', [providerAccount('psp', 'manual'), 5n], [brokerAccount('platformFee'), -4n]);
  await expect(record(posting)).rejects.toMatchObject(refusal('unbalanced'));
});

test('the database refuses to add lines to a recorded transaction', async () => {
  const user = await makeUser();
  await record(creditOf(user, 5n, 'sealed'));
  const again = pool.query(`
    insert into ledger_entries (transaction_id, account_id, amount, currency)
    select transaction_id, account_id, amount, currency from ledger_entries
    where transaction_id = (select id from ledger_transactions where key = 'manual:sealed')`);
  await expect(again).rejects.toThrow('sealed');
});

test('the database refuses a line in another currency than its account', async () => {
  const account = await db.transaction((tx) => accountFor(tx, providerAccount('psp', 'manual')));
  await pool.query(`insert into ledger_transactions (kind, key, occurred_at) values ('test', 'euros', now())`);
  const lines = pool.query(`
    insert into ledger_entries (transaction_id, account_id, amount, currency)
    select id, ${account}, amount, 'EUR' from ledger_transactions, (values (1), (-1)) line (amount) where key = 'euros'`);
  await expect(lines).rejects.toThrow('currency mismatch');
});

test.each(['ledger_entries', 'ledger_transactions', 'usage_charges'])(
  'nobody can change or remove what stands in %s',
  async (table) => {
    await record(creditOf(await makeUser(), 5n, `kept:${table}`));
    for (const statement of [`update ${table} set id = default`, `delete from ${table}`, `truncate ${table} cascade`]) {
      await expect(pool.query(statement)).rejects.toThrow('append-only');
    }
  },
);

test('a wallet cannot be taken below zero', async () => {
  const user = await makeUser(10n);
  const posting = move('too much', [walletOf(user), 11n], [brokerAccount('platformFee'), -11n]);
  await expect(record(posting)).rejects.toMatchObject(refusal('ledger_accounts_floor'));
  expect(await getWallet(user, start)).toMatchObject({ balance: 10n });
});

test('a posting recorded again changes nothing, however many do so at once', async () => {
  const user = await makeUser();
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => record(creditOf(user, 70n, 'retried'))));
  expect(outcomes.filter(({ posted }) => posted)).toHaveLength(1);
  expect(await getWallet(user, start)).toMatchObject({ balance: 70n });
});

test('a key that stands for one posting is never taken for another', async () => {
  const user = await makeUser();
  await record(creditOf(user, 70n, 'reused'));
  await expect(record(creditOf(user, 71n, 'reused'))).rejects.toBeInstanceOf(InvariantError);
  await expect(record({ ...creditOf(user, 70n, 'reused'), about: {} })).rejects.toBeInstanceOf(InvariantError);
});

test('a posting cut off before its transaction ends leaves nothing, and is recorded when tried again', async () => {
  const user = await makeUser();
  const cutOff = db.transaction(async (tx) => {
    await post(tx, creditOf(user, 70n, 'cut off'));
    await tx.execute(sql`select pg_terminate_backend(pg_backend_pid())`);
  });
  await expect(cutOff).rejects.toThrow();
  expect(await getWallet(user, start)).toMatchObject({ balance: 0n });
  expect(await record(creditOf(user, 70n, 'cut off'))).toEqual({ posted: true });
  expect(await getWallet(user, start)).toMatchObject({ balance: 70n });
});
