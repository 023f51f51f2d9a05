import { type Address, BaseError, erc20Abi, getAbiItem, type Hash, type PublicClient } from 'viem';
import { failureOf, inTurns } from './evm-node.ts';

/** What reached an address in a block, in the smallest parts of its currency; `id` is its place in history. */
export type Transfer = { id: string; address: string; value: bigint; height: number };

type Range = { first: number; last: number };

/** How many blocks one question for logs spans, and to how many addresses they may go. */
const SPAN = 500;
const MOST_ADDRESSES = 500;

/** How many whole blocks are read at once: a busy one is a few hundred kilobytes. */
const BLOCKS_AT_ONCE = 8;

const transferEvent = getAbiItem({ abi: erc20Abi, name: 'Transfer' });

/** What a range of blocks moved of one token to `addresses`; other contracts do not count, whatever they call themselves. */
export async function listTokenTransfers(
  client: PublicClient,
  token: Address,
  { first, last }: Range,
  addresses: ReadonlySet<string>,
): Promise<Transfer[]> {
  const starts = Array.from({ length: Math.ceil((last + 1 - first) / SPAN) }, (_, at) => first + at * SPAN);
  return inTurns(starts, 1, ([start = first]) => {
    const span = { first: start, last: Math.min(last, start + SPAN - 1) };
    return inTurns([...addresses] as Address[], MOST_ADDRESSES, (to) => readLogs(client, token, span, to));
  });
}

async function readLogs(client: PublicClient, token: Address, span: Range, to: Address[]): Promise<Transfer[]> {
  const blocks = { fromBlock: BigInt(span.first), toBlock: BigInt(span.last) };
  const question = { address: token, event: transferEvent, args: { to }, strict: true, ...blocks } as const;
  try {
    // Asked in one request: a node that lags behind has no logs of blocks to come, and would say so without an error.
    const [logs] = await Promise.all([client.getLogs(question), client.getBlock({ blockNumber: blocks.toBlock })]);
    const kept = logs.filter(({ removed }) => !removed);
    return kept.map(({ transactionHash, logIndex, blockNumber, args: { to: address, value } }) => {
      return { id: `${transactionHash}:${logIndex}`, address, value, height: Number(blockNumber) };
    });
  } catch (cause) {
    // Every company limits in its own way what one question may cost: then half of the blocks are asked for.
    const tooMuch = cause instanceof BaseError && failureOf(cause) === 'notDone' && span.first < span.last;
    if (!tooMuch) throw cause;
    const middle = Math.floor((span.first + span.last) / 2);
    const left = await readLogs(client, token, { first: span.first, last: middle }, to);
    return [...left, ...(await readLogs(client, token, { first: middle + 1, last: span.last }, to))];
  }
}

/** What transactions in a range of blocks paid to `addresses` in the chain's own coin. What contracts pay is in no block. */
export async function listCoinTransfers(
  client: PublicClient,
  { first, last }: Range,
  addresses: ReadonlySet<string>,
): Promise<Transfer[]> {
  const written = new Map([...addresses].map((address) => [address.toLowerCase(), address]));
  const heights = Array.from({ length: last + 1 - first }, (_, at) => BigInt(first + at));
  const candidates = await inTurns(heights, BLOCKS_AT_ONCE, async (part) => {
    const blocks = await Promise.all(
      part.map((blockNumber) => client.getBlock({ blockNumber, includeTransactions: true })),
    );
    return blocks.flatMap(({ number, transactions }) =>
      transactions.flatMap(({ hash, to, value }) => {
        const address = written.get(to?.toLowerCase() ?? '');
        return address && value > 0n ? [{ hash, address, value, height: Number(number) }] : [];
      }),
    );
  });
  return inTurns(candidates, BLOCKS_AT_ONCE, async (part) => {
    const succeeded = await Promise.all(part.map(({ hash }) => hasSucceeded(client, hash)));
    return part.filter((_, at) => succeeded[at]).map(({ hash, ...transfer }) => ({ id: `${hash}:0`, ...transfer }));
  });
}

async function hasSucceeded(client: PublicClient, hash: Hash) {
  const { status } = await client.getTransactionReceipt({ hash });
  return status === 'success';
}
