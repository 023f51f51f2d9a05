import { HDKey } from '@scure/bip32';
import { Address, bip32Path, NETWORK, OutScript, p2wpkh, TEST_NETWORK } from '@scure/btc-signer';
import { PaymentError } from './provider.ts';

/** The Bitcoin networks that a broker can stand on. */
export const networks = {
  main: NETWORK,
  testnet: TEST_NETWORK,
  regtest: { ...TEST_NETWORK, bech32: 'bcrt' },
};

/** Which of them. */
export type NetworkName = keyof typeof networks;

/** Of an account's two chains of addresses, one is for others to pay to and one for what comes back from its own payments. */
export const [RECEIVING, CHANGE] = [0, 1];

/** What wallets write in front of a public key, and where such a key belongs; the private counterparts have no place here. */
const versions = {
  xpub: { public: 0x0488b21e, private: 0, main: true },
  zpub: { public: 0x04b24746, private: 0, main: true },
  tpub: { public: 0x043587cf, private: 0, main: false },
  vpub: { public: 0x045f1cf6, private: 0, main: false },
};

/** A BIP 84 account, known by its public key only. */
export type BitcoinAccount = ReturnType<typeof bitcoinAccount>;

/**
 * The account of an extended public key: `zpub…`, or `[d34db33f/84'/0'/0']zpub…` as wallets that sign with hardware
 * need it to find their key again.
 */
export function bitcoinAccount(typed: string, networkName: NetworkName) {
  const network = networks[networkName];
  const { account, origin } = readKey(typed, networkName);
  const scripts = new Map<string, string>();
  const chains = [RECEIVING, CHANGE].map((chain) => account.deriveChild(chain));

  function keyAt(chain: number, index: number) {
    const publicKey = chains[chain]?.deriveChild(index).publicKey ?? new Uint8Array();
    const { script, address = '' } = p2wpkh(publicKey, network);
    const source = { fingerprint: origin.fingerprint, path: [...origin.path, chain, index] };
    return { script, address, bip32Derivation: [[publicKey, source] as [Uint8Array, typeof source]] };
  }

  /** An address of this network in the one form it is kept in, or null. */
  function readAddress(text: string): string | null {
    try {
      const read = Address(network).decode(text.trim());
      // What pays to an "anchor" is anybody's.
      return read.type === 'p2a' ? null : Address(network).encode(read);
    } catch {
      return null;
    }
  }

  /** What pays to an address, in hex as it stands in blocks; all our addresses are asked for at every look. */
  function scriptOf(address: string): string {
    const known = scripts.get(address);
    if (known !== undefined) return known;
    const script = Buffer.from(OutScript.encode(Address(network).decode(address))).toString('hex');
    scripts.set(address, script);
    return script;
  }

  return { keyAt, readAddress, scriptOf, network };
}

function readKey(typed: string, networkName: NetworkName) {
  const match = /^(?:\[([0-9a-f]{8})((?:\/\d+['h]?)*)\])?(([xztv]pub)\w+)$/.exec(typed.trim());
  if (!match) throw misconfigured('the account’s key is no extended public key');
  const [, fingerprint, path = '', key = '', prefix] = match;
  const version = versions[prefix as keyof typeof versions];
  if (version.main !== (networkName === 'main')) throw misconfigured('the account’s key belongs to another network');
  const account = decode(key, version);
  if (account.depth !== 3) throw misconfigured('the account’s key is not that of an account');
  const origin = fingerprint
    ? { fingerprint: Number.parseInt(fingerprint, 16), path: bip32Path(`m${path.replaceAll('h', "'")}`) }
    : { fingerprint: account.fingerprint, path: [] };
  return { account, origin };
}

function decode(key: string, version: { public: number; private: number }): HDKey {
  try {
    return HDKey.fromExtendedKey(key, version);
  } catch (cause) {
    throw misconfigured('the account’s key has a wrong checksum', cause);
  }
}

function misconfigured(message: string, cause?: unknown) {
  return new PaymentError('btc', message, 'misconfigured', cause);
}
