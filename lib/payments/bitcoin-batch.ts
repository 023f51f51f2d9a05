import { selectUTXO, type Transaction } from '@scure/btc-signer';
import { type BitcoinAccount, CHANGE, RECEIVING } from './bitcoin-account.ts';
import { readTransaction } from './bitcoin-block.ts';
import type { ChainOutput, Funds } from './chain.ts';
import { PaymentError } from './provider.ts';

/** An output that our account received, `<transaction>:<output>`, and which of the account's keys spends it. */
export type Coin = { id: string; amount: bigint; script: string; chain: number; index: number };

/** Nodes pass on no output below this. */
const DUST = 546n;

/** Every output that our account ever received, spent or not; what came back from a batch is found in the batch itself. */
export function coinsOf(account: BitcoinAccount, { addresses, payments, sent }: Funds): Coin[] {
  const receiving = new Map(addresses.map(({ address, index }) => [address, index]));
  const paid = payments.flatMap(({ id, address, amount }) => {
    const index = receiving.get(address);
    return index === undefined ? [] : [{ id, amount, script: account.scriptOf(address), chain: RECEIVING, index }];
  });

  const used = changeIndexes(addresses).slice(0, sent.length);
  const change = new Map(used.map((index) => [account.scriptOf(account.keyAt(CHANGE, index).address), index]));
  const returned = sent.map(readTransaction).flatMap(({ id, outputs }) =>
    outputs.flatMap(({ script, amount }, at) => {
      const index = change.get(script);
      return index === undefined ? [] : [{ id: `${id}:${at}`, amount, script, chain: CHANGE, index }];
    }),
  );
  return [...paid, ...returned];
}

/** Where the change of the next batch goes: each has an address of its own, by the indexes that payers had before. */
export function changeKeyOf(account: BitcoinAccount, { addresses, sent }: Funds) {
  const indexes = changeIndexes(addresses);
  return account.keyAt(CHANGE, indexes[sent.length] ?? indexes.at(-1) ?? 0);
}

function changeIndexes(addresses: Funds['addresses']): number[] {
  return addresses.map(({ index }) => index).sort((a, b) => a - b);
}

type Terms = {
  coins: Coin[];
  change: ReturnType<BitcoinAccount['keyAt']>;
  outputs: ChainOutput[];
  /** Satoshi for a virtual byte. */
  feeRate: bigint;
};

/** The transaction that pays `outputs` from some of the coins; what is left goes to the `change` key. */
export function draftBatch(account: BitcoinAccount, { coins, change, outputs, feeRate }: Terms): Transaction {
  if (outputs.some(({ amount }) => amount < DUST))
    throw new PaymentError('btc', `nodes pass on no payout below ${DUST} satoshi`, 'misconfigured');

  const { network } = account;
  const inputs = coins.map(({ id, amount, script }) => {
    const [txid = '', index] = id.split(':');
    return { txid, index: Number(index), witnessUtxo: { script: Buffer.from(script, 'hex'), amount } };
  });
  const paid = outputs.map(({ address, amount }) => ({ address, amount }));
  const draft = selectUTXO(inputs, paid, 'default', {
    changeAddress: change.address,
    feePerByte: feeRate,
    network,
  })?.tx;
  if (!draft) throw new PaymentError('btc', 'what stands on our addresses does not pay for this', 'misconfigured');

  // By its derivation the admin's wallet knows the change as its own, and shows no payment to a stranger.
  for (let at = 0; at < draft.outputsLength; at++)
    if (draft.getOutputAddress(at, network) === change.address)
      draft.updateOutput(at, { bip32Derivation: change.bip32Derivation });
  return draft;
}
