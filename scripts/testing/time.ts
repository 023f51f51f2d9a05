import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { db, pool } from '../../db/client.ts';
import { earnings } from '../../db/schema/payments.ts';
import { payoutDestinations } from '../../db/schema/payouts.ts';
import { rentals } from '../../db/schema/rentals.ts';
import { matureEarnings } from '../../lib/earnings/commands.ts';
import { allotSpending } from '../../lib/funding/commands.ts';
import { getWallet } from '../../lib/ledger/balances.ts';
import { checkInvariants } from '../../lib/ledger/invariants.ts';
import { tickMeters } from '../../lib/metering/commands.ts';
import { getOwnerFunds } from '../../lib/payouts/queries.ts';
import { recordProofs } from '../../lib/relays/commands.ts';
import { rentalProved } from '../../lib/rentals/commands.ts';

// What takes hours or days, done at once to the database of DATABASE_URL: what must be old gets an earlier date.

const now = new Date();

/** What can pass; every argument is a word of the command line. */
export type Passing = typeof passing;

const passing = {
  /** The relay has proven a rental for so many seconds up to now, without a gap. */
  async proven(rentalId: string, seconds: string) {
    const from = new Date(now.getTime() - Number(seconds) * 1000);
    await db.update(rentals).set({ createdAt: from }).where(eq(rentals.id, rentalId));
    await rentalProved({ rentalId, at: from });
    await recordProofs([{ rentalId, from, to: now, proofs: Math.floor(Number(seconds) / 10), handshakeAt: from }]);
    await tickMeters({ at: now });
  },

  /** The largest part of what an owner has earned and cannot be paid yet is beyond dispute. */
  async matured(ownerId: string) {
    await allotSpending({ at: now });
    const pending = and(eq(earnings.ownerId, ownerId), isNull(earnings.maturedAt));
    const [largest] = await db.select().from(earnings).where(pending).orderBy(desc(earnings.earned)).limit(1);
    await db
      .update(earnings)
      .set({ maturesAt: now })
      .where(eq(earnings.id, largest?.id ?? 0n));
    await matureEarnings({ at: now });
  },

  /** Where an owner is paid has been theirs for three days. */
  async grownOld(ownerId: string) {
    await db.update(payoutDestinations).set({ usableAt: now }).where(eq(payoutDestinations.userId, ownerId));
  },

  /** Every line of the books on a person's accounts of these kinds, as the person sees it, in micro-dollars. */
  async lines(userId: string, ...kinds: string[]) {
    const { rows } = await db.execute<{ amount: string }>(sql`
      select -amount as amount from ledger_entries e join ledger_accounts a on a.id = e.account_id
      where party_id = ${userId} and a.kind = any(string_to_array(${kinds.join()}, ','))`);
    return rows.map(({ amount }) => amount);
  },

  /** What stands in the books: a renter's wallet and an owner's earnings in micro-dollars, and every broken promise. */
  async books(renterId: string, ownerId: string) {
    const { spendable } = await getWallet(renterId, now);
    const funds = await getOwnerFunds(ownerId);
    const broken = (await checkInvariants()).filter(({ ok }) => !ok);
    return { spendable: String(spendable), pending: String(funds.pending), available: String(funds.available), broken };
  },
};

const [deed, ...args] = process.argv.slice(2);
const act = passing[deed as keyof Passing] as (...words: string[]) => Promise<unknown>;
process.stdout.write(JSON.stringify(await act(...args)) ?? '');
await pool.end();
