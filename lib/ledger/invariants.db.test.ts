import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { db, pool } from '#db/client';
import { reconciliations } from '#db/schema/papers';
import { payments } from '#db/schema/payments';
import { allotSpending } from '../funding/commands.ts';
import { closeMeter, postUsage, tickMeters } from '../metering/commands.ts';
import { after, makeCharges, makeRental, makeUser, prove } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { creditWallet } from '../payments/manual.ts';
import { makeHeldPayout } from '../payouts/testing.ts';
import { requestRefund } from '../refunds/commands.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import { syncTopUp } from '../top-ups/sync.ts';
import { money, scriptedProvider } from '../top-ups/testing.ts';
import { placeHold, releaseHold } from './commands.ts';
import { checkInvariants, readInvariants } from './invariants.ts';
import { getTrialBalance, isBalanced } from './trial-balance.ts';

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
    return creditWallet({ ...gift, key: randomUUID(), address: '192.0.2.1' });
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
  expect(isBalanced(await getTrialBalance())).toBe(true);
  const { rows } = await pool.query('select deadlocks from pg_stat_database where datname = current_database()');
  expect(rows[0].deadlocks).toBe('0');
});

/** Books in which there is something of everything: charges, a top-up with a refund under way, a payout, a comparison. */
beforeAll(async () => {
  const { provider, treasury, tell } = scriptedProvider({ refund: () => new Promise(() => {}) });
  const [renterId, ownerId] = [await makeUser(1_000_000n), await makeUser()];
  const rental = await makeRental(renterId, { ownerId, rate: 3_600_000n });
  await makeCharges(rental, [50, 100]);
  await allotSpending({ at: after(100) });
  const wish = { userId: renterId, provider: provider.id, amount: 10n * DOLLAR, saveMethod: false, at: after(100) };
  const begun = await beginTopUp(treasury, wish);
  const topUpId = begun.ok ? begun.value.id : '';
  const paid = { id: randomUUID(), received: money(10n * DOLLAR), fee: null, at: after(100) };
  tell(topUpId, { progress: { state: 'succeeded' }, payments: [paid] });
  await syncTopUp(treasury, { topUpId, at: after(100) });
  const [payment] = await db.select().from(payments).where(eq(payments.topUpId, topUpId));
  const refund = {
    paymentId: payment?.id ?? '',
    userId: renterId,
    amount: DOLLAR,
    requestedBy: renterId,
    reason: 'test',
  };
  expect(await requestRefund(treasury, { ...refund, at: after(100) })).toMatchObject({ ok: true });
  await makeHeldPayout(ownerId);
  await db
    .insert(reconciliations)
    .values({ provider: 'bank', at: after(100), ledger: {}, reported: {}, differences: [] });
});

test.each([
  [
    'All balances of a currency sum to zero',
    "update ledger_accounts set balance = balance + 1 where kind = 'goodwill'",
  ],
  [
    'Every balance is the sum of its entries',
    "update ledger_accounts set balance = balance + 1 where kind = 'psp:manual'",
  ],
  ['Every transaction sums to zero', 'update ledger_entries set amount = amount + 1 where id = 1'],
  [
    'No account is below its floor',
    `alter table ledger_accounts drop constraint ledger_accounts_floor;
     update ledger_accounts set normal = -normal where kind = 'wallet' and balance <> 0`,
  ],
  ['Every meter has posted what its charges say', 'update rental_meters set posted_gross = posted_gross + 1'],
  ['Every charge is in the ledger: paid or uncollected, earned or fee', 'update usage_charges set fee = fee + 1'],
  ['No meter has counted more than the time that went by', 'update rental_meters set billable_ms = 1000000000'],
  [
    'Proofs of one rental do not overlap',
    `insert into proof_intervals (rental_id, from_at, to_at)
     select rental_id, from_at + interval '1 second', to_at from proof_intervals`,
  ],
  [
    'No device serves two rentals',
    `drop index rentals_open_device; update rentals set device_id = (select id from devices limit 1)`,
  ],
  [
    'What wallets hold back is the sum of their open holds',
    "update ledger_accounts set held = held + 1 where kind = 'psp:manual'",
  ],
  [
    'Nobody owes less than nothing',
    `insert into ledger_accounts (kind, currency, normal, balance) values ('receivable', 'USD', 1, -1)`,
  ],
  ['Every payment stands in a wallet once, and not at all when it was undone', 'update payments set round = 2'],
  [
    'Every payment stands in a wallet once, and not at all when it was undone',
    'update payments set credited = credited + 1',
  ],
  [
    'Every payment stands in a wallet once, and not at all when it was undone',
    'update payments set reversed_at = now()',
  ],
  ['Every payment stands in a wallet once, and not at all when it was undone', 'delete from payments'],
  ['Every payout that was paid is settled once', "update payouts set state = 'paid'"],
  ['What is set aside for payouts is the sum of the open ones', "update payouts set state = 'cancelled'"],
  ['What is set aside for refunds is the sum of the open ones', 'update refunds set amount = amount + 1'],
  ['Every wallet holds what is left of the money it was given', 'update funding_lots set taken_back = taken_back + 1'],
  ['Every wallet holds what is left of the money it was given', 'update allotments set charge_id = 0'],
  ['Pending earnings are what owners earned and no day has let go', 'update earnings set earned = earned - 1'],
  [
    'Every monthly paper adds up, and begins where the one before ended',
    `insert into papers (user_id, kind, year, number, about, period_from, total, content, issued_at) select id, 'statement',
      2026, 1, '2026-10-01', '2026-10-01', 0, '{"chain": {"opening": "1", "movements": "0", "closing": "1"}}', now()
      from users limit 1`,
  ],
  [
    'Every monthly paper adds up, and begins where the one before ended',
    `insert into papers (user_id, kind, year, number, about, period_from, total, content, issued_at) select id, 'statement',
      2026, 1, '2026-10-01', '2026-10-01', 0, '{"chain": {"opening": "0", "movements": "1", "closing": "2"}}', now()
      from users limit 1`,
  ],
  ['The papers of a kind and year are numbered without a gap', 'update papers set number = number + 1000'],
  [
    'Every provider told the same as the books when it was last asked',
    `insert into reconciliations (provider, at, ledger, reported, differences)
     values ('bank', now(), '{}', '{}', '[{"kind": "balance"}]')`,
  ],
])('books that somebody has tampered with are found out: %s (%s)', async (name, tampering) => {
  const undone = new Error('the tampering is undone');
  const found = db.transaction(async (tx) => {
    const broken = async () => (await readInvariants(tx)).flatMap(({ name, ok }) => (ok ? [] : [name]));
    expect(await broken()).toEqual([]);
    await tx.execute('set local session_replication_role = replica');
    await tx.execute(tampering);
    expect(await broken()).toContain(name);
    throw undone;
  });
  await expect(found).rejects.toBe(undone);
});
