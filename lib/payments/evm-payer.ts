import {
  type Address,
  BaseError,
  erc20Abi,
  formatEther,
  formatUnits,
  type Hex,
  keccak256,
  type PublicClient,
  TransactionNotFoundError,
} from 'viem';
import type { Chain, ChainOutput } from './chain.ts';
import { type PreparedBatch, type Purse, prepareTransfers, readTransfers } from './evm-batch.ts';
import { failureOf, inTurns, MOST_QUESTIONS, unless } from './evm-node.ts';
import { PaymentError } from './provider.ts';

type Payer = Pick<Chain, 'getBalance' | 'prepareBatch' | 'readSigned' | 'broadcast'>;

/** The half of a chain that pays, as far as that goes without a private key. */
export function payEvm(purse: Purse): Payer {
  const { id, ask, treasury, unit } = purse;
  const inParts = (outputs: ChainOutput[]) => outputs.map(({ amount, ...to }) => ({ ...to, value: amount * unit }));
  return {
    async getBalance({ addresses }) {
      const ours = [treasury.address, ...addresses.map(({ address }) => address as Address)];
      const balances = await ask((client) => listBalances(client, treasury.token, ours));
      return sumOf(balances) / unit;
    },

    async prepareBatch(outputs, { sent }) {
      const total = sumOf(outputs.map(({ amount }) => amount * unit));
      return ask(async (client) => {
        await demand(client, purse, total, 0n);
        const batch = await prepareTransfers(client, purse, inParts(outputs), sent as Hex[]);
        await demand(client, purse, total, batch.gasCost);
        return fileOf(purse, batch);
      });
    },

    readSigned: (content, unsigned, outputs) => readTransfers(treasury, content, unsigned, inParts(outputs)),
    broadcast: (raw) => ask((client) => broadcast(client, id, raw as Hex)),
  };
}

function sumOf(amounts: bigint[]) {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}

function listBalances(client: PublicClient, token: Address | undefined, addresses: Address[]) {
  const balanceOf = (address: Address) =>
    token === undefined
      ? client.getBalance({ address })
      : client.readContract({ address: token, abi: erc20Abi, functionName: 'balanceOf', args: [address] });
  return inTurns(addresses, MOST_QUESTIONS, (part) => Promise.all(part.map(balanceOf)));
}

/** The treasury must hold what it is to pay, and the gas for it in the chain's own coin. */
async function demand(client: PublicClient, { id, treasury, coin }: Purse, total: bigint, gasCost: bigint) {
  const { address, token } = treasury;
  const refuse = (what: string, held: string, needed: string) => {
    throw new PaymentError(id, `the treasury ${address} holds ${held} ${what}, and needs ${needed}`, 'misconfigured');
  };
  const [coins = 0n] = await listBalances(client, undefined, [address]);
  const coinsNeeded = token === undefined ? total + gasCost : gasCost;
  if (coins < coinsNeeded) refuse('of the chain’s own coin', formatEther(coins), formatEther(coinsNeeded));
  if (token === undefined) return;
  const [tokens = 0n] = await listBalances(client, token, [address]);
  const [held, needed] = [tokens, total].map((amount) => formatUnits(amount, coin.decimals));
  if (tokens < total) refuse(coin.currency, held ?? '', needed ?? '');
}

function fileOf({ id, treasury, unit }: Purse, { transactions, firstNonce, gasCost }: PreparedBatch) {
  return {
    fileName: `${id.replaceAll(':', '-')}-payouts-from-${firstNonce}.json`,
    mediaType: 'application/json',
    content: new TextEncoder().encode(`${JSON.stringify(transactions, null, 2)}\n`),
    // Gas for tokens is paid in another currency.
    fee: treasury.token === undefined ? (gasCost + unit - 1n) / unit : 0n,
  };
}

async function broadcast(client: PublicClient, id: string, raw: Hex) {
  const hash = keccak256(raw);
  const isKnown = async () => (await client.getTransaction({ hash }).catch(unless(TransactionNotFoundError))) !== null;
  if (await isKnown()) return;
  try {
    await client.sendRawTransaction({ serializedTransaction: raw });
  } catch (cause) {
    const refused = cause instanceof BaseError && failureOf(cause) === 'notDone';
    if (!refused) throw cause;
    // Another node may have told it of the same transaction meanwhile.
    if (!(await isKnown())) throw new PaymentError(id, `its node refuses ${hash}: ${cause.details}`, 'misconfigured');
  }
}
