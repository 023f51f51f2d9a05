import { expect, test } from 'vitest';
import { pool } from './client.ts';

test('the database refuses a transaction that does not sum to zero', async () => {
  await pool.query(
    `insert into ledger_accounts (kind, currency, normal) values ('bank', 'USD', 1), ('equity', 'USD', -1)`,
  );
  await pool.query(`insert into ledger_transactions (kind, key, occurred_at) values ('test', 'one', now())`);
  const lines = pool.query(
    `insert into ledger_entries (transaction_id, account_id, amount, currency) values (1, 1, 5, 'USD'), (1, 2, -4, 'USD')`,
  );
  await expect(lines).rejects.toThrow('unbalanced');
});
