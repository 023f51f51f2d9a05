import { ECDH } from 'node:crypto';
import type { Address } from 'viem';
import { HDKey, publicKeyToAddress } from 'viem/accounts';
import { PaymentError } from './provider.ts';

/** The addresses of a BIP 44 account, by branch (0 receives, 1 is the account's own) and index. */
export type EvmAccount = (branch: 0 | 1, index: number) => Address;

/** Reads an account's extended public key; a private one, or one of another depth, is refused as misconfigured. */
export function readEvmAccount(id: string, xpub: string): EvmAccount {
  const account = keyIn(xpub);
  if (account?.depth !== 3 || account.privateKey !== null)
    throw new PaymentError(id, 'needs the extended public key of a BIP 44 account', 'misconfigured');

  const branches = [account.deriveChild(0), account.deriveChild(1)] as const;
  return (branch, index) => {
    const { publicKey } = branches[branch].deriveChild(index);
    const point = ECDH.convertKey(publicKey as Uint8Array, 'secp256k1', undefined, 'hex', 'uncompressed');
    return publicKeyToAddress(`0x${point}`);
  };
}

function keyIn(xpub: string): HDKey | null {
  try {
    return HDKey.fromExtendedKey(xpub);
  } catch {
    return null;
  }
}
