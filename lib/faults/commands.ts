import { and, eq, inArray } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { faultCreditCharges, faultCredits } from '#db/schema/desk';
import { usageCharges } from '#db/schema/ledger';
import { rentals } from '#db/schema/rentals';
import { record } from '../audit/commands.ts';
import { takeBackPending } from '../earnings/commands.ts';
import { invariant } from '../errors.ts';
import { allotSpending } from '../funding/commands.ts';
import { isId } from '../ids.ts';
import { brokerAccount, earningsOf, personAccount, walletOf } from '../ledger/accounts.ts';
import { lockAccounts } from '../ledger/post.ts';
import { formatMoney } from '../money.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { creditByHand } from '../top-ups/books.ts';
import { faultCredited } from './postings.ts';
import { readCredited } from './queries.ts';
import { type FaultShare, type FaultyCharge, shareOut } from './shares.ts';

/** What an admin gives a renter back, of which charges of a rental; `key` is the form's. */
export type FaultCredit = {
  rentalId: string;
  chargeIds: bigint[];
  amount: bigint;
  /** Whether the owner gives what they earned of it, as far as it was not paid out; else the broker gives all. */
  atOwnersCost: boolean;
  reason: string;
  adminId: string;
  address: string;
  key: string;
  at: Date;
};

/** Why a credit for a fault was refused. */
export type FaultRefusal = 'notFound' | 'amountOutOfRange' | 'moreThanCharged';

/** Gives a renter back what charges cost of a rental that did not work. The same `key` again changes nothing. */
export async function creditFault(credit: FaultCredit): Promise<Outcome<void, FaultRefusal>> {
  const { rentalId, chargeIds, amount, at } = credit;
  if (amount <= 0n) return refused('amountOutOfRange');
  if (!isId(rentalId) || chargeIds.length === 0) return refused('notFound');
  // What the owner earned by these charges is known once they are allotted.
  await allotSpending({ at });

  return db.transaction(async (tx) => {
    const [rental] = await tx.select().from(rentals).where(eq(rentals.id, rentalId));
    const charges = await lockCharges(tx, rentalId, chargeIds);
    if (!rental || charges.length < new Set(chargeIds).size) return refused('notFound');
    if (await isKnown(tx, credit.key)) return done(undefined);
    const shares = shareOut(charges, amount);
    if (!shares) return refused('moreThanCharged');
    await give(tx, credit, rental, shares);
    return done(undefined);
  });
}

/** Locked until the end, so that nobody else gives the same charge back. */
async function lockCharges(tx: Tx, rentalId: string, chargeIds: bigint[]): Promise<FaultyCharge[]> {
  const charges = await tx
    .select()
    .from(usageCharges)
    .where(and(eq(usageCharges.rentalId, rentalId), inArray(usageCharges.id, chargeIds)))
    .orderBy(usageCharges.id)
    .for('update');
  const credited = await readCredited(tx, chargeIds);
  return charges.map((charge) => ({ ...charge, credited: credited.get(charge.id) ?? 0n }));
}

async function isKnown(tx: Tx, key: string): Promise<boolean> {
  const known = await tx.select({ id: faultCredits.id }).from(faultCredits).where(eq(faultCredits.key, key));
  return known.length > 0;
}

type Parties = { renterId: string; ownerId: string };

async function give(tx: Tx, credit: FaultCredit, { renterId: userId, ownerId }: Parties, shares: FaultShare[]) {
  const { rentalId, amount, reason, adminId, address, key, at } = credit;
  await lockAccounts(tx, [
    walletOf(userId),
    personAccount('receivable', userId),
    earningsOf(ownerId),
    brokerAccount('goodwill'),
  ]);
  const fromOwner = credit.atOwnersCost ? await takeFromOwner(tx, ownerId, shares) : 0n;
  const [kept] = await tx
    .insert(faultCredits)
    .values({ key, rentalId, amount, fromOwner, reason, adminId, at })
    .returning({ id: faultCredits.id });
  invariant(kept, 'an insert answers its row');
  const rows = shares.map(({ chargeId, amount }) => ({ creditId: kept.id, chargeId, amount }));
  await tx.insert(faultCreditCharges).values(rows);

  const chargeIds = shares.map(({ chargeId }) => chargeId).join(',');
  const given = { userId, ownerId, fromOwner, fromBroker: amount - fromOwner, chargeIds };
  const lot = { userId, source: 'goodwill', amount, holdDays: 1 };
  await creditByHand(tx, faultCredited({ ...given, reason, adminId, key: kept.id, at }), lot);
  const detail = `${formatMoney(amount)}, ${formatMoney(fromOwner)} of it from the owner: ${reason}`;
  const entry = { actorId: adminId, action: 'faultCredited', objectKind: 'rental', objectId: rentalId };
  await record(tx, { ...entry, detail, address, at });
}

async function takeFromOwner(tx: Tx, ownerId: string, shares: FaultShare[]): Promise<bigint> {
  const earned = shares.reduce((sum, share) => sum + share.earned, 0n);
  const parts = await takeBackPending(tx, { ownerId, amount: earned });
  return parts.reduce((sum, { amount }) => sum + amount, 0n);
}
