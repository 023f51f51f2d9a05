import { and, asc, eq, isNull, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { earnings, fundingLots } from '#db/schema/payments';
import { earningsOf, personAccount } from '../ledger/accounts.ts';
import { lockAccounts, post } from '../ledger/post.ts';
import { lesser } from '../money.ts';
import { inTurn } from '../process/each.ts';
import { earningsMatured } from './postings.ts';

/** What of an owner's pending earnings stays theirs. */
const left = sql<bigint>`${earnings.earned} - ${earnings.takenBack}`;

/** Lets owners be paid what has waited long enough and is not contested. Doing it again changes nothing. */
export async function matureEarnings({ at }: { at: Date }): Promise<void> {
  const owners = await db
    .selectDistinct({ ownerId: earnings.ownerId })
    .from(earnings)
    .leftJoin(fundingLots, eq(fundingLots.id, earnings.lotId))
    .where(due(at));
  const mature = ({ ownerId }: { ownerId: string }) => db.transaction((tx) => matureOf(tx, ownerId, at));
  await inTurn(owners, mature, ({ ownerId }) => ownerId);
}

function due(at: Date): SQL | undefined {
  const uncontested = or(isNull(earnings.lotId), eq(fundingLots.frozen, false));
  return and(lte(earnings.maturesAt, at), isNull(earnings.maturedAt), uncontested);
}

async function matureOf(tx: Tx, ownerId: string, at: Date) {
  // Accounts are locked before the rows that say what stands in them, here as everywhere.
  await lockAccounts(tx, [earningsOf(ownerId), personAccount('earnAvailable', ownerId)]);
  const ripe = await tx
    .select({ id: earnings.id, amount: left.mapWith(BigInt) })
    .from(earnings)
    .leftJoin(fundingLots, eq(fundingLots.id, earnings.lotId))
    .where(and(eq(earnings.ownerId, ownerId), due(at)))
    .orderBy(earnings.id)
    .for('update', { of: earnings });
  const [first] = ripe;
  if (!first) return;

  for (const { id } of ripe) await tx.update(earnings).set({ maturedAt: at }).where(eq(earnings.id, id));
  const amount = ripe.reduce((sum, part) => sum + part.amount, 0n);
  if (amount > 0n) await post(tx, earningsMatured({ ownerId, amount, key: `${first.id}:${ripe.length}`, at }));
}

/**
 * Takes up to `amount` of what owners have earned and could not be paid yet of one lot (all of it without `amount`),
 * the newest first; answers who gives how much.
 */
export async function takeBackPending(
  tx: Tx,
  { lotId, ownerId, amount }: { lotId?: bigint; ownerId?: string; amount?: bigint },
): Promise<{ ownerId: string; amount: bigint }[]> {
  const parts = await tx
    .select({ id: earnings.id, ownerId: earnings.ownerId, amount: left.mapWith(BigInt) })
    .from(earnings)
    .where(
      and(
        isNull(earnings.maturedAt),
        ne(left, 0n),
        lotId === undefined ? undefined : eq(earnings.lotId, lotId),
        ownerId === undefined ? undefined : eq(earnings.ownerId, ownerId),
      ),
    )
    .orderBy(asc(earnings.ownerId), asc(earnings.lotId), asc(earnings.day)) // as spending is allotted to them
    .for('update');
  const newestFirst = parts.toSorted((one, other) => (one.id > other.id ? -1 : 1));

  const given = new Map<string, bigint>();
  let wanted = amount ?? parts.reduce((sum, part) => sum + part.amount, 0n);
  for (const part of newestFirst) {
    const taken = lesser(part.amount, wanted);
    if (taken === 0n) break;
    wanted -= taken;
    await tx
      .update(earnings)
      .set({ takenBack: sql`${earnings.takenBack} + ${taken}` })
      .where(eq(earnings.id, part.id));
    given.set(part.ownerId, (given.get(part.ownerId) ?? 0n) + taken);
  }
  return [...given].map(([ownerId, amount]) => ({ ownerId, amount }));
}
