import {
  BaseError,
  type Block as BlockAnswer,
  BlockNotFoundError,
  ContractFunctionExecutionError,
  createPublicClient,
  erc20Abi,
  type GetBlockParameters,
  getAddress,
  HttpRequestError,
  http,
  type PublicClient,
  TimeoutError,
} from 'viem';
import type { Block } from './chain.ts';
import { PaymentError, type PaymentFailure } from './provider.ts';

/**
 * One currency on an EVM chain, as an admin allows it: without `token` the chain's own coin. `decimals` are those of
 * the contract. With `confirmations` so many blocks settle a payment; without, the chain's own `finalized` does.
 * `depth` is how many blocks a reorganisation may reach back: more than finality ever takes.
 */
export type EvmCoin = {
  chainId: number;
  name: string;
  url: string;
  currency: string;
  decimals: number;
  token?: string | undefined;
  confirmations?: number | undefined;
  depth?: number | undefined;
};

/** Asks the node something; what goes wrong comes back as a PaymentError. */
export type AskNode = <Answer>(question: (client: PublicClient) => Promise<Answer>) => Promise<Answer>;

/** The most questions that go to a node in one request. */
export const MOST_QUESTIONS = 100;

/** Ready to ask a coin's node, which first has to be of the right chain and know the token as we do. */
export function connectNode(coin: EvmCoin, id: string): AskNode {
  const batch = { batchSize: MOST_QUESTIONS };
  const transport = http(coin.url, { batch, timeout: 20_000, retryCount: 1, maxResponseBodySize: 64 << 20 });
  const client = createPublicClient({ transport, ccipRead: false });
  let checked = false;

  return async (question) => {
    try {
      if (!checked) await check(client, coin, id);
      checked = true;
      return await question(client);
    } catch (cause) {
      throw cause instanceof BaseError ? paymentErrorOf(id, cause) : cause;
    }
  };
}

async function check(client: PublicClient, { chainId, token, decimals }: EvmCoin, id: string) {
  const actual = await client.getChainId();
  if (actual !== chainId) throw new PaymentError(id, `its node is of chain ${actual}, not ${chainId}`, 'misconfigured');
  if (token === undefined) return;

  const contract = { address: getAddress(token), abi: erc20Abi } as const;
  const told = await client.readContract({ ...contract, functionName: 'decimals' });
  if (told !== decimals) throw new PaymentError(id, `its token has ${told} decimals, not ${decimals}`, 'misconfigured');
}

// The error of viem stays behind: it quotes the node's address, in which many keep their key.
function paymentErrorOf(id: string, cause: BaseError) {
  const { name, message } = cause.walk() as Error;
  const answered = cause.walk((error) => error instanceof HttpRequestError) as HttpRequestError | null;
  const what = answered?.status ?? (name === 'Error' ? message.slice(0, 100) : name);
  return new PaymentError(id, `its node did not answer as it should (${what})`, failureOf(cause));
}

/** What a question that failed may have done, by the error that viem threw. */
export function failureOf(cause: BaseError): PaymentFailure {
  const lost = cause.walk((error) => error instanceof HttpRequestError || error instanceof TimeoutError);
  const status = lost instanceof HttpRequestError ? lost.status : undefined;
  if (status === 401 || status === 403) return 'misconfigured';
  if (lost) return status !== undefined && status < 500 ? 'notDone' : 'unknown';
  return cause instanceof ContractFunctionExecutionError ? 'misconfigured' : 'notDone';
}

/** A block as we know blocks. */
export function blockOf(block: BlockAnswer<bigint, boolean, 'latest'>): Block {
  const { hash, parentHash } = block;
  return { height: Number(block.number), hash, parentHash, at: new Date(Number(block.timestamp) * 1000) };
}

/** The block that the chain has there; null when it has none. */
export async function findBlock(client: PublicClient, where: GetBlockParameters): Promise<Block | null> {
  const found = await client.getBlock(where).catch(unless(BlockNotFoundError));
  return found && blockOf(found as BlockAnswer<bigint, boolean, 'latest'>);
}

/** For `catch`: null in place of an error that only says "there is none". */
export function unless(...absences: (new (...details: never[]) => BaseError)[]) {
  return (cause: unknown): null => {
    if (absences.some((absence) => cause instanceof absence)) return null;
    throw cause;
  };
}

/** Does `work` on parts of a list of at most `size`, one after the other, and joins what comes of it. */
export async function inTurns<Item, Result>(
  items: Item[],
  size: number,
  work: (part: Item[]) => Promise<Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += size) results.push(...(await work(items.slice(at, at + size))));
  return results;
}
