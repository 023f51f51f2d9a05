import { setTimeout as sleep } from 'node:timers/promises';
import { Decimal, type Transaction } from '@scure/btc-signer';
import { z } from 'zod';
import { invariant } from '../errors.ts';
import { DOLLAR } from '../money.ts';
import { type BitcoinAccount, bitcoinAccount, type NetworkName, RECEIVING } from './bitcoin-account.ts';
import { type Coin, changeKeyOf, coinsOf, draftBatch } from './bitcoin-batch.ts';
import { type Output, readBlock, readTransaction } from './bitcoin-block.ts';
import { type BitcoinNode, bitcoinNode, getFeeRate } from './bitcoin-node.ts';
import { readSignedBatch } from './bitcoin-signed.ts';
import type { Block, Chain, ChainOutput, ChainPayment, Funds, UnsignedBatch } from './chain.ts';
import { PaymentError } from './provider.ts';

/** How many blocks must hold a payment, the one that it is in included. */
const CONFIRMATIONS = { small: 2, large: 6, largeFrom: 100n * DOLLAR };

/** How often a node that checks what it was handed in its own time is asked whether it has taken it. */
const TRIES = { count: 20, everyMs: 50 };

const text = z.string();
const header = z.object({ height: z.number(), time: z.number(), previousblockhash: text.nullish() });
const standing = z.object({ blockhash: text.nullish(), confirmations: z.number().optional() });

type Our = { account: BitcoinAccount; node: BitcoinNode };

/** Bitcoin through a node that has a transaction index, for an account of which only the public key is known. */
export function bitcoinChain(settings: { url: string; xpub: string; network: NetworkName }): Chain {
  const account = bitcoinAccount(settings.xpub, settings.network);
  const node = bitcoinNode(settings.url);
  const our = { account, node };
  const announced = new Map<string, Output[]>();

  return {
    id: 'btc',
    name: 'Bitcoin',
    currency: 'BTC',
    decimals: 8,
    depth: 100,
    addressAt: (index) => account.keyAt(RECEIVING, index).address,
    readAddress: account.readAddress,
    paymentUri: ({ address, amount }) => `bitcoin:${address}?amount=${Decimal.encode(amount)}`,
    getHead: async () => getBlock(node, await node.get(text, 'getbestblockhash')),
    getBlock: async (height) => {
      const hash = await node.find(text, 'getblockhash', height);
      return hash === null ? null : getBlock(node, hash);
    },
    listPayments: (range, addresses) => listPayments(our, range, addresses),
    listPending: (addresses) => listPending(our, announced, addresses),
    settledHeight: async (head, dollars) => head.height + 1 - confirmationsFor(dollars),
    getBalance: (funds) => getBalance(our, funds),
    prepareBatch: (outputs, funds) => prepareBatch(our, outputs, funds),
    readSigned: async (content, unsigned, outputs) => readSignedBatch(account, { content, unsigned, outputs }),
    broadcast: (raw) => broadcast(node, raw),
    getTransaction: (id) => getTransaction(node, id),
  };
}

function confirmationsFor(dollars: bigint): number {
  return dollars < CONFIRMATIONS.largeFrom ? CONFIRMATIONS.small : CONFIRMATIONS.large;
}

async function getBlock(node: BitcoinNode, hash: string): Promise<Block> {
  const { height, time, previousblockhash } = await node.get(header, 'getblockheader', hash, true);
  return { height, hash, parentHash: previousblockhash ?? '', at: new Date(time * 1000) };
}

async function listPayments(
  { account, node }: Our,
  { first, last }: { first: number; last: number },
  addresses: ReadonlySet<string>,
) {
  const watched = watch(account, addresses);
  const payments: (ChainPayment & { block: Block })[] = [];
  for (let height = first; height <= last; height++) {
    const hash = await node.get(text, 'getblockhash', height);
    const { transactions, parentHash, at } = readBlock(await node.get(text, 'getblock', hash, false));
    const block = { height, hash, parentHash, at };
    for (const transaction of transactions)
      for (const payment of paymentsIn(transaction, watched)) payments.push({ ...payment, block });
  }
  return payments;
}

/** Reads each announced transaction once: `announced` keeps what is still waiting for a block. */
async function listPending({ account, node }: Our, announced: Map<string, Output[]>, addresses: ReadonlySet<string>) {
  const ids = new Set(await node.get(z.array(text), 'getrawmempool'));
  for (const id of announced.keys()) if (!ids.has(id)) announced.delete(id);
  const unread = [...ids].filter((id) => !announced.has(id));
  const calls = unread.map((id) => ({ method: 'getrawtransaction', params: [id, false] }));
  for (const raw of await node.findAll(text, calls)) {
    if (raw === null) continue; // It reached a block meanwhile.
    const { id, outputs } = readTransaction(raw);
    announced.set(id, outputs);
  }
  const watched = watch(account, addresses);
  return [...announced].flatMap(([id, outputs]) => paymentsIn({ id, outputs }, watched));
}

/** Our addresses by their scripts, as they stand in transactions. */
function watch(account: BitcoinAccount, addresses: ReadonlySet<string>): Map<string, string> {
  return new Map([...addresses].map((address) => [account.scriptOf(address), address]));
}

function paymentsIn(
  transaction: { readonly id: string; outputs: Output[] },
  watched: Map<string, string>,
): ChainPayment[] {
  return transaction.outputs.flatMap(({ script, amount }, at) => {
    const address = watched.get(script);
    return address === undefined ? [] : [{ id: `${transaction.id}:${at}`, address, amount }];
  });
}

/** Only blocks count: what a batch moves is still here, and its change is not, until a block has it. */
async function listUnspent({ account, node }: Our, funds: Funds): Promise<Coin[]> {
  const coins = coinsOf(account, funds);
  const calls = coins.map(({ id }) => {
    const [transaction, output] = id.split(':');
    return { method: 'gettxout', params: [transaction, Number(output), false] };
  });
  const outputs = await node.findAll(z.object({}), calls);
  return coins.filter((_, at) => outputs[at] !== null);
}

async function getBalance(our: Our, funds: Funds): Promise<bigint> {
  return (await listUnspent(our, funds)).reduce((sum, { amount }) => sum + amount, 0n);
}

async function prepareBatch(our: Our, outputs: ChainOutput[], funds: Funds): Promise<UnsignedBatch> {
  const { account, node } = our;
  const promised = new Set(funds.sent.flatMap((raw) => readTransaction(raw).spends));
  const coins = (await listUnspent(our, funds)).filter(({ id }) => !promised.has(id));
  const terms = { coins, outputs, change: changeKeyOf(account, funds), feeRate: await getFeeRate(node) };
  const draft = draftBatch(account, terms);
  await explainInputs(our, draft, coins);

  const fileName = `payouts-${draft.id.slice(0, 8)}.psbt`;
  return { fileName, mediaType: 'application/octet-stream', content: draft.toPSBT(0), fee: draft.fee };
}

/**
 * Tells the admin's wallet which key signs which input, and where the input comes from: a wallet on a device of its own
 * believes no amount that it cannot check there.
 */
async function explainInputs({ account, node }: Our, draft: Transaction, coins: Coin[]) {
  const byId = new Map(coins.map((coin) => [coin.id, coin]));
  for (const [at, id] of readTransaction(Buffer.from(draft.unsignedTx).toString('hex')).spends.entries()) {
    const coin = byId.get(id);
    invariant(coin, 'a batch spends what is not ours');
    const source = await node.get(text, 'getrawtransaction', id.split(':')[0], false);
    const { bip32Derivation } = account.keyAt(coin.chain, coin.index);
    draft.updateInput(at, { bip32Derivation, nonWitnessUtxo: Buffer.from(source, 'hex') });
  }
}

async function broadcast(node: BitcoinNode, raw: string) {
  const { id } = readTransaction(raw);
  const [reply] = await node.send([{ method: 'sendrawtransaction', params: [raw] }]);
  // A node also complains of what it has already; and one that does not complain may still be checking.
  for (let tries = reply?.error ? 1 : TRIES.count; tries > 0; tries--) {
    if (await getTransaction(node, id)) return;
    if (tries > 1) await sleep(TRIES.everyMs);
  }
  throw new PaymentError(
    'btc',
    `the node does not take transaction ${id} (${reply?.error?.code ?? 'silent'})`,
    'unknown',
  );
}

async function getTransaction(node: BitcoinNode, id: string) {
  const found = await node.find(standing, 'getrawtransaction', id, true);
  if (!found) return null;
  // Core's index also remembers blocks that the chain has dropped.
  const { blockhash, confirmations = 0 } = found;
  return { block: blockhash && confirmations > 0 ? await getBlock(node, blockhash) : null, failed: false };
}
