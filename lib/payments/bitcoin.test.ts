import { randomBytes } from 'node:crypto';
import { HDKey } from '@scure/bip32';
import { getAddress, Transaction } from '@scure/btc-signer';
import { bitcoinChain } from './bitcoin.ts';
import { networks } from './bitcoin-account.ts';
import { type ChainBench, chainContract } from './chain.contract.ts';
import { startRegtest } from './testing/regtest.ts';

const seed = new Uint8Array(32).fill(7);
const TEST_KEYS = { public: 0x043587cf, private: 0x04358394 };
const wallet = HDKey.fromMasterSeed(seed, TEST_KEYS);
const account = wallet.derive("m/84'/1'/0'");
const xpub = `[${wallet.fingerprint.toString(16).padStart(8, '0')}/84h/1h/0h]${account.publicExtendedKey}`;

const makeStranger = () => getAddress('wpkh', randomBytes(32), networks.regtest) ?? '';

/** What the admin's own wallet does with a batch, after it was altered. */
function sign(unsigned: Uint8Array, change?: 'amount' | 'address' | 'leaveOut'): Uint8Array {
  const proposed = Transaction.fromPSBT(unsigned);
  const batch = new Transaction();
  for (let at = 0; at < proposed.inputsLength; at++) batch.addInput(proposed.getInput(at));
  const outputs = Array.from({ length: proposed.outputsLength }, (_, at) => proposed.getOutput(at));
  const payout = outputs.findIndex(({ bip32Derivation }) => !bip32Derivation);
  for (const [at, output] of outputs.entries()) {
    if (at !== payout || !change) batch.addOutput(output);
    else if (change === 'amount') batch.addOutput({ ...output, amount: (output.amount ?? 0n) - 1n });
    else if (change === 'address') batch.addOutputAddress(makeStranger(), output.amount ?? 0n, networks.regtest);
  }
  for (let at = 0; at < batch.inputsLength; at++) batch.signIdx(privateKeyOf(batch.getInput(at)), at);
  batch.finalize();
  return batch.toPSBT(0);
}

/** The wallet finds its key by what the batch says of it, as a device that signs does. */
function privateKeyOf({ bip32Derivation }: ReturnType<Transaction['getInput']>): Uint8Array {
  const path = bip32Derivation?.[0]?.[1].path ?? [];
  return path.reduce((key, index) => key.deriveChild(index), wallet).privateKey ?? new Uint8Array();
}

async function openBench(): Promise<ChainBench> {
  const network = await startRegtest();
  return {
    chain: bitcoinChain({ url: network.url, xpub, network: 'regtest' }),
    amount: 1_000_000n,
    announces: true,
    foreign: [
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
      'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx',
      'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt081',
      '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
      '0x52908400098527886E0F7030069857D2E4169EE7',
    ],
    makeStranger,
    pay: async (address, amount) => void (await network.pay(address, amount)),
    mine: network.mine,
    reorganise: network.reorganise,
    sign,
    close: network.close,
  };
}

chainContract('Bitcoin', openBench);
