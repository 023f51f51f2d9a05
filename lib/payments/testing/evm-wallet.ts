import { randomBytes } from 'node:crypto';
import { HDKey, hdKeyToAccount } from 'viem/accounts';

/** A transaction as our files of payouts have it. */
export type Unsigned = Record<
  'to' | 'data' | 'value' | 'nonce' | 'gas' | 'maxFeePerGas' | 'maxPriorityFeePerGas' | 'chainId',
  `0x${string}`
>;

/** A wallet that an admin keeps away from the broker: it gives out its account's public key, and signs files of payouts. */
export function makeEvmWallet() {
  const master = HDKey.fromMasterSeed(randomBytes(32));
  const treasury = hdKeyToAccount(master, { changeIndex: 1 });
  return {
    xpub: master.derive("m/44'/60'/0'").publicExtendedKey,
    /** What may never be given out, and what is of no use. */
    xprv: master.derive("m/44'/60'/0'").privateExtendedKey,
    masterXpub: master.publicExtendedKey,
    treasury: treasury.address,
    /** Signs what is in the file; `change` alters each transaction first. */
    async sign(file: Uint8Array, change: (asked: Unsigned, at: number) => Unsigned[] = (asked) => [asked]) {
      const asked = (JSON.parse(Buffer.from(file).toString()) as Unsigned[]).flatMap(change);
      const signed = await Promise.all(asked.map((transaction) => treasury.signTransaction(numbersIn(transaction))));
      return Buffer.from(JSON.stringify(signed));
    },
  };
}

function numbersIn({ to, data, value, nonce, gas, maxFeePerGas, maxPriorityFeePerGas, chainId }: Unsigned) {
  return {
    ...({ type: 'eip1559', to, data, value: BigInt(value), gas: BigInt(gas) } as const),
    ...{ maxFeePerGas: BigInt(maxFeePerGas), maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas) },
    ...{ nonce: Number(nonce), chainId: Number(chainId) },
  };
}
