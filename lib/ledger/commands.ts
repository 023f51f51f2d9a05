import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { holds, ledgerAccounts } from '#db/schema/ledger';
import { done, type Outcome, refused } from '../outcome.ts';
import { walletOf } from './accounts.ts';
import { readWallet } from './balances.ts';
import { accountFor } from './post.ts';

/** Sets money of a wallet aside for a rental, so that nothing else can promise it; asking again changes nothing. */
export async function placeHold(
  tx: Tx,
  hold: { renterId: string; rentalId: string; amount: bigint; at: Date },
): Promise<Outcome<void, 'notEnoughFunds'>> {
  const accountId = await lockWallet(tx, hold.renterId);
  const [known] = await tx.select({ id: holds.id }).from(holds).where(eq(holds.rentalId, hold.rentalId));
  if (known) return done(undefined);

  const { free } = await readWallet(tx, hold.renterId, hold.at);
  if (free < hold.amount) return refused('notEnoughFunds');

  const { rentalId, amount, at } = hold;
  await tx.insert(holds).values({ accountId, rentalId, amount, createdAt: at });
  await changeHeld(tx, accountId, amount);
  return done(undefined);
}

/** Frees what was set aside for a rental; a rental without a hold, or with one released before, stays as it is. */
export async function releaseHold(tx: Tx, { rentalId, at }: { rentalId: string; at: Date }): Promise<void> {
  const [released] = await tx
    .update(holds)
    .set({ releasedAt: at })
    .where(and(eq(holds.rentalId, rentalId), isNull(holds.releasedAt)))
    .returning({ accountId: holds.accountId, amount: holds.amount });
  if (released) await changeHeld(tx, released.accountId, -released.amount);
}

/** Makes everybody else who spends from this wallet wait for the end of `tx`. */
async function lockWallet(tx: Tx, renterId: string): Promise<bigint> {
  const accountId = await accountFor(tx, walletOf(renterId));
  await tx.select().from(ledgerAccounts).where(eq(ledgerAccounts.id, accountId)).for('no key update');
  return accountId;
}

async function changeHeld(tx: Tx, accountId: bigint, change: bigint) {
  const held = sql`${ledgerAccounts.held} + ${change}`;
  await tx.update(ledgerAccounts).set({ held }).where(eq(ledgerAccounts.id, accountId));
}
