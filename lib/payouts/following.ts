import { and, eq, isNotNull } from 'drizzle-orm';
import { db } from '#db/client';
import { payoutBatches, payouts } from '#db/schema/payouts';
import { post } from '../ledger/post.ts';
import type { Chain } from '../payments/chain.ts';
import { PaymentError } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { inTurn } from '../process/each.ts';
import { lockPayout, movePayout, type Payout } from './moves.ts';
import { networkFee } from './postings.ts';

/** A signed transaction of a batch, with the payouts of it that are still on their way; `fee` is what it costs. */
type Sent = { id: string; raw: string; fee: bigint; payouts: Payout[] };

/** Looks at every signed batch that is not settled. */
export async function followBatches(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  const open = await db
    .selectDistinct({ batchId: payouts.batchId })
    .from(payouts)
    .where(and(eq(payouts.state, 'submitted'), isNotNull(payouts.batchId)));
  const ids = open.flatMap(({ batchId }) => batchId ?? []);
  await inTurn(ids, (batchId) => followBatch(treasury, { batchId, at }));
}

/**
 * Hands the transactions of a signed batch to the network as long as it does not know them, and settles the payouts of
 * those that are deep enough in the chain. Doing it again changes nothing.
 */
export async function followBatch(treasury: Treasury, { batchId, at }: { batchId: string; at: Date }): Promise<void> {
  const [batch] = await db.select().from(payoutBatches).where(eq(payoutBatches.id, batchId));
  const chain = batch && treasury.chains.get(batch.provider);
  if (!batch?.transactions || !chain) return;
  const members = await db
    .select()
    .from(payouts)
    .where(and(eq(payouts.batchId, batchId), eq(payouts.state, 'submitted')));
  const sent = batch.transactions.map(({ id, raw }, index) => ({
    id,
    raw,
    fee: index === 0 ? batch.fee : 0n,
    payouts: members.filter(({ reference }) => reference === id),
  }));
  const open = sent.filter((transaction) => transaction.payouts.length > 0);
  await inTurn(
    open,
    (transaction) => follow(treasury, { chain, transaction, at }),
    ({ id }) => id,
  );
}

type Following = { chain: Chain; transaction: Sent; at: Date };

async function follow(treasury: Treasury, { chain, transaction, at }: Following) {
  const seen = await chain.getTransaction(transaction.id);
  if (!seen) return note(transaction, await announce(chain, transaction.raw));
  const { block, failed, fee = transaction.fee } = seen;
  const dollars = transaction.payouts.reduce((sum, { amount }) => sum + amount, 0n);
  const settled = block && block.height <= (await chain.settledHeight(await chain.getHead(), dollars));
  if (!settled) return note(transaction, null);
  await settle(treasury, { chain, transaction: { ...transaction, fee }, at }, failed);
}

/** Null when the network took the transaction, else why it did not; whoever watches decides what that means. */
function announce(chain: Chain, raw: string): Promise<string | null> {
  return chain.broadcast(raw).then(
    () => null,
    (error: unknown) => {
      if (error instanceof PaymentError) return error.message;
      throw error;
    },
  );
}

async function note({ payouts: open }: Sent, problem: string | null) {
  for (const payout of open.filter((payout) => payout.problem !== problem))
    await db.update(payouts).set({ problem }).where(eq(payouts.id, payout.id));
}

async function settle(treasury: Treasury, { chain, transaction, at }: Following, failed: boolean) {
  const { id: transactionId, fee: amount, payouts: open } = transaction;
  const fee = { transactionId, provider: chain.id, amount, currency: chain.currency, at };
  if (amount > 0n) await db.transaction((tx) => post(tx, networkFee(fee)));
  const event = failed ? 'refused' : 'settled';
  const news = { problem: failed ? 'the chain did not carry the transaction out' : null };
  for (const { id } of open) {
    await db.transaction(async (tx) => {
      const payout = await lockPayout(tx, id);
      if (payout) await movePayout(tx, treasury, { payout, event, news, at });
    });
  }
}
