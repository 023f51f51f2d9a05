import { selectUTXO, type Transaction } from '@scure/btc-signer';
import { type BitcoinAccount, CHANGE, RECEIVING } from './bitcoin-account.ts';
import { readTransaction } from './bitcoin-block.ts';
import type { ChainOutput, Funds } from './chain.ts';
import { PaymentError } from './provider.ts';

/** An output that our account received: where it is, what it holds, and the key that spends it. */
export type Coin = { id: string; amount: bigint; key: Key };

type Key = ReturnType<BitcoinAccount['keyAt']>;

/** Nodes pass on no output below this. */
const DUST = 546n;

/** Every output that our account ever received, spent or not; what came back from a batch is found in the batch itself. */
export function coinsOf(account: BitcoinAccount, { addresses, payments, sent }: Funds): Coin[] {
  const received = new Map(addresses.map(({ address, index }) => [address, account.keyAt(RECEIVING, index)]));
  const change = new Map(
    addresses.map(({ index }) => account.keyAt(CHANGE, index)).map((key) => [hex(key.script), key]),
  );
  const coin = (id: string, amount: bigint, key: Key | undefined) => (key ? [{ id, amount, key }] : []);

  const paid = payments.flatMap(({ id, address, amount }) => coin(id, amount, received.get(address)));
  const returned = sent
    .map(readTransaction)
    .flatMap(({ id, outputs }) =>
      outputs.flatMap(({ script, amount }, at) => coin(`${id}:${at}`, amount, change.get(script))),
    );
  return [...paid, ...returned];
}

/** Where the next batch's change goes: each batch has an address of its own, with an index that a payer had before. */
export function changeKeyOf(account: BitcoinAccount, { addresses, sent }: Funds): Key {
  const indexes = addresses.map(({ index }) => index).sort((a, b) => a - b);
  return account.keyAt(CHANGE, indexes[sent.length] ?? indexes.at(-1) ?? 0);
}

/** The transaction that pays `outputs` from some of the coins; what is left goes to the `change` key. */
export function draftBatch(
  network: BitcoinAccount['network'],
  { coins, change, outputs, feeRate }: { coins: Coin[]; change: Key; outputs: ChainOutput[]; feeRate: bigint },
): Transaction {
  if (outputs.some(({ amount }) => amount < DUST))
    throw new PaymentError('btc', `nodes pass on no payout below ${DUST} satoshi`, 'misconfigured');

  const inputs = coins.map(({ id, amount, key: { script, bip32Derivation } }) => {
    const [txid = '', index] = id.split(':');
    return { txid, index: Number(index), witnessUtxo: { script, amount }, bip32Derivation };
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

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
