import { randomBytes } from 'node:crypto';
import { HDKey } from '@scure/bip32';
import { getAddress, SigHash, Transaction } from '@scure/btc-signer';
import { networks } from '../bitcoin-account.ts';

/** How the versions of its keys are written on every network but the main one. */
const TEST_KEYS = { public: 0x043587cf, private: 0x04358394 };

/** A wallet that an admin keeps away from the broker: it gives out its account's public key, and signs batches. */
export function makeBitcoinWallet() {
  const master = HDKey.fromMasterSeed(randomBytes(32), TEST_KEYS);
  const account = master.derive("m/84'/1'/0'");
  const fingerprint = master.fingerprint.toString(16).padStart(8, '0');

  /** Signs each input with the key that the batch names, as a device that signs does. */
  function signInputs(batch: Transaction, sighash: SigHash = SigHash.ALL) {
    for (let at = 0; at < batch.inputsLength; at++) {
      const path = batch.getInput(at).bip32Derivation?.[0]?.[1].path ?? [];
      const { privateKey } = path.reduce((key, index) => key.deriveChild(index), master);
      if (sighash !== SigHash.ALL) batch.updateInput(at, { sighashType: sighash });
      batch.signIdx(privateKey ?? new Uint8Array(), at, [sighash]);
    }
    return batch;
  }

  return {
    xpub: `[${fingerprint}/84h/1h/0h]${account.publicExtendedKey}`,
    /** A public key of the account's, by the path from there. */
    publicKeyAt: (path: string) => account.derive(path).publicKey ?? new Uint8Array(),
    signInputs,
    /** Signs a batch; `change` alters its first payout before. */
    sign(unsigned: Uint8Array, change?: 'amount' | 'address' | 'leaveOut'): Uint8Array {
      const batch = signInputs(altered(Transaction.fromPSBT(unsigned), change));
      batch.finalize();
      return batch.toPSBT(0);
    },
  };
}

/** An address on regtest that nobody else has. */
export function makeBitcoinAddress(): string {
  return getAddress('wpkh', randomBytes(32), networks.regtest) ?? '';
}

function altered(proposed: Transaction, change?: 'amount' | 'address' | 'leaveOut'): Transaction {
  // Like a device that signs, it believes no amount that it cannot check where it came from.
  const batch = new Transaction({ strictPrevoutValidation: true });
  for (let at = 0; at < proposed.inputsLength; at++) batch.addInput(proposed.getInput(at));
  const outputs = Array.from({ length: proposed.outputsLength }, (_, at) => proposed.getOutput(at));
  const payout = outputs.findIndex(({ bip32Derivation }) => !bip32Derivation);
  for (const [at, output] of outputs.entries()) {
    if (at !== payout || !change) batch.addOutput(output);
    else if (change === 'amount') batch.addOutput({ ...output, amount: (output.amount ?? 0n) - 1n });
    else if (change === 'address') batch.addOutputAddress(makeBitcoinAddress(), output.amount ?? 0n, networks.regtest);
  }
  return batch;
}
