import { and, desc, eq, gt, lt, max, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { chainBlocks, deposits } from '#db/schema/chains';
import { payments, topUps } from '#db/schema/payments';
import { inTurn } from '../process/each.ts';
import { syncTopUp } from '../top-ups/sync.ts';
import type { Block, Chain, ChainPayment } from './chain.ts';
import { listAddresses } from './funds.ts';
import type { Treasury } from './registry.ts';

/** How many blocks are read at once when the broker has been away. */
const STRIDE = 200;

/**
 * Brings `deposits` up to what a chain has now: goes back to the last block that both know, reads on from there, and
 * looks again at every top-up that this may concern. Doing it again changes nothing.
 */
export async function followChain(treasury: Treasury, { chain, at }: { chain: Chain; at: Date }): Promise<void> {
  const head = await chain.getHead();
  // Asked after the newest block: who is shown an address from now on pays to it in a later one.
  const addresses = new Set((await listAddresses(chain.id)).map(({ address }) => address));
  // A chain that drops blocks has others in their place; a node that has fewer is behind, and will catch up.
  if (head.height < (await lastHeight(chain))) return;
  const known = await rewind(chain);
  if (known === null) await db.transaction((tx) => keepBlock(tx, chain, head, at));
  for (let first = (known ?? head.height) + 1; first <= head.height; first += STRIDE) {
    const last = Math.min(first + STRIDE - 1, head.height);
    if (!(await readOn(chain, { first, last, addresses, at }))) break;
  }
  await noteAll(
    chain,
    (await chain.listPending(addresses)).map((payment) => ({ ...payment, block: null })),
    at,
  );
  const touched = await listUnsettled(chain);
  await inTurn(touched, (topUpId) => syncTopUp(treasury, { topUpId, at }));
}

async function lastHeight({ id }: Chain): Promise<number> {
  const [last] = await db
    .select({ height: max(chainBlocks.height) })
    .from(chainBlocks)
    .where(eq(chainBlocks.chain, id));
  return last?.height ?? 0;
}

/** Forgets the blocks that the chain has dropped; answers the height up to which we agree, null when we know none. */
async function rewind(chain: Chain): Promise<number | null> {
  const stored = await db
    .select()
    .from(chainBlocks)
    .where(eq(chainBlocks.chain, chain.id))
    .orderBy(desc(chainBlocks.height));
  for (const { height, hash } of stored) {
    const block = await chain.getBlock(height);
    if (block?.hash === hash) {
      await forgetAbove(chain, height);
      return height;
    }
  }
  const oldest = stored.at(-1);
  if (oldest) await forgetAbove(chain, oldest.height - 1);
  return oldest ? oldest.height - 1 : null;
}

async function forgetAbove({ id }: Chain, height: number) {
  await db.transaction(async (tx) => {
    await tx.delete(chainBlocks).where(and(eq(chainBlocks.chain, id), gt(chainBlocks.height, height)));
    await tx
      .update(deposits)
      .set({ height: null, blockHash: null })
      .where(and(eq(deposits.chain, id), gt(deposits.height, height)));
  });
}

type Stretch = { first: number; last: number; addresses: ReadonlySet<string>; at: Date };

/** Reads some blocks; false when the chain changed under our eyes, and the next round begins again. */
async function readOn(chain: Chain, { first, last, addresses, at }: Stretch): Promise<boolean> {
  const before = await chain.getBlock(last);
  const found = addresses.size === 0 ? [] : await chain.listPayments({ first, last }, addresses);
  const after = await chain.getBlock(last);
  if (!before || before.hash !== after?.hash) return false;

  await db.transaction(async (tx) => {
    for (const payment of found) await note(tx, chain, payment, at);
    await keepBlock(tx, chain, after, at);
    await tx
      .delete(chainBlocks)
      .where(and(eq(chainBlocks.chain, chain.id), lt(chainBlocks.height, last - chain.depth)));
  });
  return true;
}

async function keepBlock(tx: Tx, { id }: Chain, { height, hash }: Block, at: Date) {
  const block = { chain: id, height, hash, readAt: at };
  await tx
    .insert(chainBlocks)
    .values(block)
    .onConflictDoUpdate({ target: [chainBlocks.chain, chainBlocks.height], set: { hash } });
}

type Seen = ChainPayment & { block: Block | null };

async function noteAll(chain: Chain, seen: Seen[], at: Date) {
  await db.transaction(async (tx) => {
    for (const payment of seen) await note(tx, chain, payment, at);
  });
}

/**
 * A payment keeps the time at which it was first seen, wherever the chain moves it: unless it offered so little for its
 * block that it waited for hours, and could be taken back meanwhile. Then its price is that of its block.
 */
async function note(tx: Tx, chain: Chain, { id: reference, address, amount, block }: Seen, at: Date) {
  const place = block ? { height: block.height, blockHash: block.hash } : {};
  const seenAt = block && block.at < at ? block.at : at;
  await tx
    .insert(deposits)
    .values({ chain: chain.id, reference, address, amount, seenAt, ...place })
    .onConflictDoUpdate({
      target: [deposits.chain, deposits.reference],
      set: { reference, ...place, ...(block && { seenAt: seenOrLate(block) }) },
    });
}

function seenOrLate({ at }: Block) {
  const late = sql`${at.toISOString()}::timestamptz`;
  const isLate = sql`${deposits.height} is null and ${late} > ${deposits.seenAt} + interval '2 hours'`;
  return sql`case when ${isLate} then ${late} else ${deposits.seenAt} end`;
}

/** Top-ups on whose address something arrived that is not credited, or that the chain may still drop. */
async function listUnsettled({ id, depth }: Chain): Promise<string[]> {
  const deep = sql`(select max(height) from chain_blocks where chain = ${id}) - ${depth}`;
  const setAside = sql`exists (select 1 from unapplied where provider = ${id} and reference = ${deposits.reference})`;
  const rows = await db
    .selectDistinct({ id: topUps.id })
    .from(topUps)
    .innerJoin(deposits, and(eq(deposits.chain, topUps.provider), eq(deposits.address, topUps.reference)))
    .leftJoin(payments, and(eq(payments.topUpId, topUps.id), eq(payments.reference, deposits.reference)))
    .where(
      and(
        eq(topUps.provider, id),
        sql`(${payments.id} is null or ${payments.reversedAt} is not null
          or ${deposits.height} is null or ${deposits.height} >= ${deep}) and not ${setAside}`,
      ),
    );
  return rows.map(({ id }) => id);
}
