import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { db, pool } from '#db/client';
import { closeMeter, postUsage, tickMeters } from '../metering/commands.ts';
import { after, makeRental, makeUser, prove } from '../metering/testing.ts';
import { getTrialBalance } from './balances.ts';
import { placeHold, releaseHold } from './commands.ts';
import { checkInvariants } from './invariants.ts';
import { post } from './post.ts';
import { manualCredit } from './postings.ts';

const brokenNames = async () => (await checkInvariants()).flatMap(({ name, ok }) => (ok ? [] : [name]));

test('the books hold while credits, holds, ticks, postings and endings happen at once, and nobody deadlocks', async () => {
  const people = await Promise.all(Array.from({ length: 6 }, (_, n) => makeUser(n % 2 === 0 ? 40_000n : 0n)));
  const at = (list: string[], n: number) => list[n % list.length] ?? '';
  const rentals: string[] = [];
  for (let n = 0; n < 24; n++) {
    rentals.push(await makeRental(at(people, n), { ownerId: at(people, n + 1 + (n % 3)), rate: 3_600_000n }));
  }
  const credit = (n: number) => {
    const gift = { userId: at(people, n), amount: 1000n, reason: 'gift', adminId: at(people, 0), at: after(n) };
    return db.transaction((tx) => post(tx, manualCredit({ ...gift, key: randomUUID() })));
  };
  const begin = (n: number) => {
    const hold = { renterId: at(people, n), rentalId: at(rentals, n), amount: 10n, at: after(n) };
    return db.transaction((tx) => placeHold(tx, hold));
  };
  const end = (n: number) =>
    db.transaction(async (tx) => {
      const ending = { rentalId: at(rentals, n), at: after(n) };
      // As whoever ends a rental does: its row is locked all the while.
      await tx.execute(`select 1 from rentals where id = '${ending.rentalId}' for no key update`);
      await closeMeter(tx, ending);
      await releaseHold(tx, ending);
    });
  const writer = async (work: (n: number) => Promise<unknown>, times: number) => {
    for (let n = 0; n < times; n++) await work(n);
  };

  await Promise.all([
    writer((n) => prove(at(rentals, n), 0, 10 + n), 120),
    ...[1, 2, 3].map(() => writer(credit, 40)),
    writer(begin, 24),
    ...[1, 2].map(() => writer((n) => tickMeters({ at: after(n) }), 40)),
    ...[1, 2].map((offset) => writer((n) => postUsage({ at: after(offset + n * 2) }), 30)),
    ...[1, 2].map(() => writer((n) => end(n), 20)),
  ]);

  expect(await brokenNames()).toEqual([]);
  const balance = await getTrialBalance();
  expect(balance.reduce((sum, { debit, credit }) => sum + debit - credit, 0n)).toBe(0n);
  const { rows } = await pool.query('select deadlocks from pg_stat_database where datname = current_database()');
  expect(rows[0].deadlocks).toBe('0');
});

test.each([
  [
    'Every balance is the sum of its entries',
    "update ledger_accounts set balance = balance + 1 where kind = 'psp:manual'",
  ],
  [
    'What wallets hold back is the sum of their open holds',
    "update ledger_accounts set held = held + 1 where kind = 'psp:manual'",
  ],
  ['Every meter has posted what its charges say', 'update rental_meters set posted_gross = posted_gross + 1'],
  ['No meter has counted more than the time that went by', 'update rental_meters set billable_ms = 1000000000'],
  [
    'Proofs of one rental do not overlap',
    `insert into proof_intervals (rental_id, from_at, to_at)
     select rental_id, from_at + interval '1 second', to_at from proof_intervals`,
  ],
])('books that somebody has tampered with are found out: %s', async (name, tampering) => {
  const rental = await makeRental(await makeUser(1_000_000n));
  await prove(rental, 0, 100);
  await pool.query(tampering);
  expect(await brokenNames()).toContain(name);
});
