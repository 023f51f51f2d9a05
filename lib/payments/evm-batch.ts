import {
  type Address,
  BaseError,
  encodeFunctionData,
  erc20Abi,
  formatTransactionRequest,
  type Hex,
  isHex,
  keccak256,
  type PublicClient,
  parseTransaction,
  type RpcTransactionRequest,
  recoverTransactionAddress,
  type TransactionSerializedEIP1559,
  toHex,
} from 'viem';
import { z } from 'zod';
import type { SignedBatch } from './chain.ts';
import { type AskNode, type EvmCoin, failureOf, inTurns, MOST_QUESTIONS } from './evm-node.ts';
import { PaymentError } from './provider.ts';

/** A payout in the smallest parts of the coin. */
export type EvmOutput = { payoutId: string; address: string; value: bigint };

/** Who pays: an address of ours on a chain, with its own coin or a token. */
export type Treasury = { address: Address; chainId: number; token: Address | undefined };

/** What both halves of a chain work with; `unit` is how many smallest parts make one unit of the ledger's. */
export type Purse = { id: string; treasury: Treasury; coin: EvmCoin; unit: bigint; ask: AskNode };

/** The unsigned transactions of a batch, one for each output, and the gas that they cost at most. */
export type PreparedBatch = { transactions: RpcTransactionRequest[]; firstNonce: number; gasCost: bigint };

/** Fills in what each payout's transaction needs to be signed; `sent` are raw ones that the node may not know yet. */
export async function prepareTransfers(
  client: PublicClient,
  purse: Purse,
  outputs: EvmOutput[],
  sent: Hex[],
): Promise<PreparedBatch> {
  const { treasury } = purse;
  const fees = await client.estimateFeesPerGas();
  // Signing takes its time, and the network takes only what a block asks for.
  const maxFeePerGas = 2n * fees.maxFeePerGas;
  const firstNonce = await nextNonce(client, treasury, sent);
  const limits = await inTurns(outputs, MOST_QUESTIONS, (part) =>
    Promise.all(part.map((output) => gasLimitOf(client, purse, output))),
  );
  const transactions = outputs.map((output, at) => ({
    ...formatTransactionRequest({
      ...transferOf(treasury, output),
      ...{ type: 'eip1559', from: treasury.address, nonce: firstNonce + at, gas: limits[at] ?? 0n },
      ...{ maxFeePerGas, maxPriorityFeePerGas: fees.maxPriorityFeePerGas },
    }),
    chainId: toHex(treasury.chainId),
  }));
  const gasCost = limits.reduce((sum, limit) => sum + limit * maxFeePerGas, 0n);
  return { transactions, firstNonce, gasCost };
}

async function gasLimitOf(client: PublicClient, { id, treasury }: Purse, output: EvmOutput): Promise<bigint> {
  try {
    const gas = await client.estimateGas({ account: treasury.address, ...transferOf(treasury, output) });
    return (gas * 13n) / 10n;
  } catch (cause) {
    const refused = cause instanceof BaseError && failureOf(cause) === 'notDone';
    if (!refused) throw cause;
    const message = `payout ${output.payoutId} cannot be made: the chain refuses to pay ${output.address}`;
    throw new PaymentError(id, message, 'misconfigured');
  }
}

async function nextNonce(client: PublicClient, { address, chainId }: Treasury, sent: Hex[]) {
  const known = await client.getTransactionCount({ address, blockTag: 'pending' });
  const used = sent.map((raw) => parseTransaction(raw)).filter((transaction) => transaction.chainId === chainId);
  return Math.max(known, ...used.map(({ nonce = -1 }) => nonce + 1));
}

function transferOf({ token }: Treasury, { address, value }: EvmOutput): { to: Address; data: Hex; value: bigint } {
  const payee = address as Address;
  if (token === undefined) return { to: payee, data: '0x', value };
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [payee, value] });
  return { to: token, data, value: 0n };
}

/** Files of admins: what we wrote, of which only the nonces matter, and raw signed transactions. */
const unsignedFile = z.array(z.object({ nonce: z.string().transform(Number) }));
const signedFile = z.array(z.custom<TransactionSerializedEIP1559>((raw) => isHex(raw) && raw.startsWith('0x02')));

/** Reads raw signed transactions; null unless they are, in any order, exactly the treasury's payments to `outputs`. */
export async function readTransfers(
  treasury: Treasury,
  content: Uint8Array,
  unsigned: Uint8Array,
  outputs: EvmOutput[],
): Promise<SignedBatch | null> {
  const asked = unsignedFile.parse(jsonIn(unsigned));
  const signed = signedFile.safeParse(jsonIn(content));
  if (!signed.success || signed.data.length !== outputs.length || asked.length !== outputs.length) return null;

  const faces = new Map<string, { id: Hex; raw: Hex }>();
  for (const raw of signed.data) faces.set(await faceOfSigned(raw), { id: keccak256(raw), raw });
  const transactions = outputs.flatMap((output, at) => {
    const found = faces.get(faceOf(treasury, { ...transferOf(treasury, output), nonce: asked[at]?.nonce ?? -1 }));
    return found ? [{ ...found, payoutId: output.payoutId }] : [];
  });
  if (transactions.length !== outputs.length) return null;
  return {
    transactions: transactions.map(({ id, raw }) => ({ id, raw })),
    paidBy: Object.fromEntries(transactions.map(({ payoutId, id }) => [payoutId, id])),
  };
}

type Face = {
  to?: Address | null | undefined;
  data?: Hex | undefined;
  value?: bigint | undefined;
  nonce?: number | undefined;
};

/** All that may not differ between what was asked and what was signed, in one line. */
function faceOf({ address, chainId }: { address: Address; chainId: number }, { to, data, value, nonce }: Face) {
  return [address, chainId, nonce ?? 0, to, data ?? '0x', value ?? 0n].join(' ').toLowerCase();
}

async function faceOfSigned(raw: TransactionSerializedEIP1559): Promise<string> {
  try {
    const transaction = parseTransaction(raw);
    const address = await recoverTransactionAddress({ serializedTransaction: raw });
    return faceOf({ address, chainId: transaction.chainId }, transaction);
  } catch {
    return 'no signed transaction';
  }
}

function jsonIn(content: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString());
  } catch {
    return null;
  }
}
