import { randomUUID } from 'node:crypto';
import { pool } from '../db/client.ts';
import { invariant } from '../lib/errors.ts';
import { DOLLAR } from '../lib/money.ts';
import { creditWallet } from '../lib/payments/manual.ts';

/** Fills the wallet of somebody, in the name of an admin. */
export async function fillWallet(email: string) {
  const { rows } = await pool.query(
    'select users.id, admin.id as admin from users, users admin where users.email = $1 and admin.is_admin',
    [email],
  );
  const [{ id: userId, admin: adminId }] = rows;
  const credit = { userId, adminId, amount: 10_000n * DOLLAR, reason: 'benchmark', key: randomUUID() };
  const outcome = await creditWallet({ ...credit, address: '127.0.0.1', at: new Date() });
  invariant(outcome.ok, 'an admin may credit a wallet');
}

if (process.argv[1] === import.meta.filename) {
  await fillWallet(process.argv[2] ?? '');
  await pool.end();
}
