import {
  type Hash,
  type PublicClient,
  TransactionNotFoundError,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem';
import type { Block, Chain } from './chain.ts';
import type { Purse } from './evm-batch.ts';
import { blockOf, findBlock, inTurns, MOST_QUESTIONS, unless } from './evm-node.ts';
import { listCoinTransfers, listTokenTransfers } from './evm-transfers.ts';

type Watcher = Pick<
  Chain,
  'getHead' | 'getBlock' | 'listPayments' | 'listPending' | 'settledHeight' | 'getTransaction'
>;

/** The half of a chain that only looks. */
export function watchEvm(purse: Purse, confirmations: number | undefined): Watcher {
  const { ask } = purse;
  return {
    getHead: () => ask(getHead),
    getBlock: (height) => ask((client) => findBlock(client, { blockNumber: BigInt(height) })),

    async listPayments(range, addresses) {
      if (addresses.size === 0) return [];
      return ask((client) => listPayments(client, purse, range, addresses));
    },

    // What waits at one node says little about the network, and companies do not show it.
    listPending: async () => [],

    async settledHeight(head) {
      if (confirmations !== undefined) return head.height + 1 - confirmations;
      const final = await ask((client) => client.getBlock({ blockTag: 'finalized' }));
      return Math.min(head.height, Number(final.number));
    },

    getTransaction: (id) => ask((client) => findTransaction(client, purse, id as Hash)),
  };
}

async function getHead(client: PublicClient): Promise<Block> {
  return blockOf(await client.getBlock());
}

async function listPayments(
  client: PublicClient,
  { treasury: { token }, unit }: Purse,
  range: { first: number; last: number },
  addresses: ReadonlySet<string>,
) {
  const transfers = await (token === undefined
    ? listCoinTransfers(client, range, addresses)
    : listTokenTransfers(client, token, range, addresses));
  const heights = [...new Set(transfers.map(({ height }) => height))];
  const blocks = await inTurns(heights, MOST_QUESTIONS, (part) =>
    Promise.all(part.map((height) => findBlock(client, { blockNumber: BigInt(height) }))),
  );
  const blockAt = new Map(heights.map((height, at) => [height, blocks[at]]));
  return transfers.flatMap(({ id, address, value, height }) => {
    const [amount, block] = [value / unit, blockAt.get(height)];
    return amount > 0n && block ? [{ id, address, amount, block }] : [];
  });
}

async function findTransaction(client: PublicClient, { treasury: { token }, unit }: Purse, hash: Hash) {
  const receipt = await client.getTransactionReceipt({ hash }).catch(unless(TransactionReceiptNotFoundError));
  if (receipt === null) {
    const waiting = await client.getTransaction({ hash }).catch(unless(TransactionNotFoundError));
    return waiting && { block: null, failed: false };
  }
  const block = await findBlock(client, { blockNumber: receipt.blockNumber });
  // Some tokens answer "false" where others fail; but none tells the world of a transfer that was not.
  const failed = receipt.status === 'reverted' || (token !== undefined && receipt.logs.length === 0);
  return { block, failed, ...(token === undefined ? { fee: feeOf(receipt, unit) } : {}) };
}

/** The gas that was paid, rounded up to whole units. */
function feeOf({ gasUsed, effectiveGasPrice }: TransactionReceipt, unit: bigint) {
  return (gasUsed * effectiveGasPrice + unit - 1n) / unit;
}
