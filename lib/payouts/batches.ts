import { and, eq, isNull, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { networkOf, payoutBatches, payoutDestinations, payouts } from '#db/schema/payouts';
import { record } from '../audit/commands.ts';
import { invariant } from '../errors.ts';
import { isId } from '../ids.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import type { Chain, ChainOutput, SignedBatch, UnsignedBatch } from '../payments/chain.ts';
import { readFunds } from '../payments/funds.ts';
import type { Treasury } from '../payments/registry.ts';
import { getPayoutTerms } from '../settings/queries.ts';
import { followBatch } from './following.ts';
import { holdBack } from './holds.ts';
import { lockPayout, movePayout, type Payout } from './moves.ts';
import { readHoldFacts } from './queries.ts';
import { unitsFor } from './terms.ts';

type Batch = typeof payoutBatches.$inferSelect;
type Administered = { adminId: string; address: string | null; at: Date };
type Member = { payout: Payout; output: ChainOutput };

/**
 * Puts all payouts that wait for a chain into one file to be signed elsewhere, at the price of now. Throws PaymentError
 * when the chain cannot carry them out. There is one unsigned batch a network at a time.
 */
export async function makeBatch(
  treasury: Treasury,
  { provider, ...by }: Administered & { provider: string },
): Promise<Outcome<{ batchId: string }, 'noChain' | 'nothingToPay' | 'oneIsOpen' | 'changed'>> {
  const chain = treasury.chains.get(provider);
  if (!chain) return refused('noChain');
  const waiting = await listWaiting(treasury, chain, by.at);
  if (waiting.length === 0) return refused('nothingToPay');

  const price = await treasury.priceOf(chain.currency);
  const members = waiting.map((row) => ({ payout: row.payout, output: outputOf(row, chain, price) }));
  const funds = await readFunds(chain.id);
  const unsigned = await chain.prepareBatch(
    members.map(({ output }) => output),
    funds,
  );
  return db.transaction(async (tx) => {
    // Nobody signs or makes another batch meanwhile: it would spend what this one is made of.
    await tx.execute(sql`lock table payout_batches in share row exclusive mode`);
    const { sent } = await readFunds(chain.id);
    if (await hasOpenBatch(tx, chain)) return refused('oneIsOpen');
    if (sent.length !== funds.sent.length) return refused('changed');
    for (const { payout } of members)
      if ((await lockPayout(tx, payout.id))?.state !== 'reserved') return refused('changed');
    return done({ batchId: await keepBatch(tx, treasury, { chain, price, unsigned, members, by }) });
  });
}

type Waiting = { payout: Payout; address: string };

/** The payouts that wait for a chain; those that may not leave any more are held instead. */
async function listWaiting(treasury: Treasury, { id }: Chain, at: Date): Promise<Waiting[]> {
  const rows = await db
    .select({ payout: payouts, address: payoutDestinations.destination })
    .from(payouts)
    .innerJoin(payoutDestinations, eq(payoutDestinations.id, payouts.destinationId))
    .where(and(eq(payouts.provider, id), eq(payouts.state, 'reserved')))
    .orderBy(payouts.id);
  const waiting: Waiting[] = [];
  for (const row of rows) if (!(await hold(treasury, row.payout.id, at))) waiting.push(row);
  return waiting;
}

function hold(treasury: Treasury, payoutId: string, at: Date): Promise<boolean> {
  return db.transaction(async (tx) => {
    const payout = await lockPayout(tx, payoutId);
    return payout === null || holdBack(tx, treasury, { payout, at });
  });
}

function outputOf({ payout, address }: Waiting, { decimals }: Chain, price: bigint): ChainOutput {
  return { payoutId: payout.id, address, amount: unitsFor(payout.amount, { price, decimals }) };
}

async function hasOpenBatch(tx: Tx, { id }: Chain): Promise<boolean> {
  const { provider, signedAt, abandonedAt } = payoutBatches;
  const [open] = await tx
    .select({ id: payoutBatches.id })
    .from(payoutBatches)
    .where(and(eq(networkOf(provider), networkOf(sql`${id}::text`)), isNull(signedAt), isNull(abandonedAt)));
  return open !== undefined;
}

type Draft = { chain: Chain; price: bigint; unsigned: UnsignedBatch; members: Member[]; by: Administered };

async function keepBatch(tx: Tx, treasury: Treasury, { chain, price, unsigned, members, by }: Draft): Promise<string> {
  const { content, ...file } = unsigned;
  const outputs = members.map(({ output }) => ({ ...output, amount: String(output.amount) }));
  const [batch] = await tx
    .insert(payoutBatches)
    .values({ ...file, unsigned: content, provider: chain.id, price, outputs, createdBy: by.adminId, createdAt: by.at })
    .returning({ id: payoutBatches.id });
  invariant(batch, 'an insert answers its row');
  for (const { payout, output } of members) {
    const news = { batchId: batch.id, units: output.amount };
    await movePayout(tx, treasury, { payout, event: 'batched', news, at: by.at });
  }
  await audit(tx, by, batch.id, 'payoutBatchMade', `${members.length} payouts, ${chain.name}`);
  return batch.id;
}

/** Gives up a batch that nobody has signed: its payouts wait for the next one. */
export async function abandonBatch(
  treasury: Treasury,
  { batchId, ...by }: Administered & { batchId: string },
): Promise<Outcome<void, 'notFound' | 'signed'>> {
  return db.transaction(async (tx) => {
    const batch = await lockBatch(tx, batchId);
    if (!batch) return refused('notFound');
    // Whoever has the signed transactions can carry them out at any time: these payouts may never be in others.
    if (batch.signedAt) return refused('signed');
    if (batch.abandonedAt) return done(undefined);

    await tx.update(payoutBatches).set({ abandonedAt: by.at }).where(eq(payoutBatches.id, batchId));
    const news = { batchId: null, units: null };
    for (const payout of await lockMembers(tx, batchId))
      await movePayout(tx, treasury, { payout, event: 'unbatched', news, at: by.at });
    await audit(tx, by, batchId, 'payoutBatchAbandoned', null);
    return done(undefined);
  });
}

/** Why a file that an admin brings back is not taken. */
export type SignRefusal = 'notFound' | 'noChain' | 'abandoned' | 'signed' | 'notThisBatch' | 'frozen';

/** Takes a batch back signed, when it pays exactly what it should, and hands it to the network. */
export async function signBatch(
  treasury: Treasury,
  { batchId, content, ...by }: Administered & { batchId: string; content: Uint8Array },
): Promise<Outcome<void, SignRefusal>> {
  const batch = await findBatch(batchId);
  if (!batch) return refused('notFound');
  const chain = treasury.chains.get(batch.provider);
  if (!chain) return refused('noChain');
  const outputs = batch.outputs.map((output) => ({ ...output, amount: BigInt(output.amount) }));
  const signed = await chain.readSigned(content, batch.unsigned, outputs);
  if (!signed) return refused('notThisBatch');

  const kept = await db.transaction((tx) => keepSigned(tx, treasury, { batchId, signed, by }));
  if (kept.ok) await followBatch(treasury, { batchId, at: by.at });
  return kept;
}

async function keepSigned(
  tx: Tx,
  treasury: Treasury,
  { batchId, signed, by }: { batchId: string; signed: SignedBatch; by: Administered },
): Promise<Outcome<void, SignRefusal>> {
  const batch = await lockBatch(tx, batchId);
  if (!batch || batch.abandonedAt) return refused('abandoned');
  const { transactions, paidBy } = signed;
  const ids = (all: { id: string }[] | null) => all?.map(({ id }) => id).join();
  if (batch.signedAt) return ids(batch.transactions) === ids(transactions) ? done(undefined) : refused('signed');
  const members = await lockMembers(tx, batchId);
  if (await anyFrozen(tx, members)) return refused('frozen');

  const signature = { signedAt: by.at, signedBy: by.adminId, transactions };
  await tx.update(payoutBatches).set(signature).where(eq(payoutBatches.id, batchId));
  for (const payout of members) {
    const news = { reference: paidBy[payout.id] ?? null, calledAt: by.at };
    await movePayout(tx, treasury, { payout, event: 'broadcast', news, at: by.at });
  }
  await audit(tx, by, batchId, 'payoutBatchSigned', ids(transactions) ?? null);
  return done(undefined);
}

async function anyFrozen(tx: Tx, members: Payout[]): Promise<boolean> {
  const terms = await getPayoutTerms(tx);
  for (const payout of members) if ((await readHoldFacts(tx, payout, terms)).frozen) return true;
  return false;
}

async function findBatch(batchId: string): Promise<Batch | null> {
  if (!isId(batchId)) return null;
  const [batch] = await db.select().from(payoutBatches).where(eq(payoutBatches.id, batchId));
  return batch ?? null;
}

async function lockBatch(tx: Tx, batchId: string): Promise<Batch | null> {
  if (!isId(batchId)) return null;
  const [batch] = await tx.select().from(payoutBatches).where(eq(payoutBatches.id, batchId)).for('update');
  return batch ?? null;
}

function lockMembers(tx: Tx, batchId: string): Promise<Payout[]> {
  return tx.select().from(payouts).where(eq(payouts.batchId, batchId)).orderBy(payouts.id).for('no key update');
}

function audit(tx: Tx, by: Administered, batchId: string, action: string, detail: string | null) {
  const { adminId, address, at } = by;
  return record(tx, { actorId: adminId, action, objectKind: 'payoutBatch', objectId: batchId, detail, address, at });
}
