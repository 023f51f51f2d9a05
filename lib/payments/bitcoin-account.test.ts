import { HDKey } from '@scure/bip32';
import { expect, test } from 'vitest';
import { bitcoinAccount, CHANGE, RECEIVING } from './bitcoin-account.ts';
import { PaymentError } from './provider.ts';

/** The account of the document that defines such accounts, BIP 84, as it is written there. */
const zpub =
  'zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs';

const seed = new Uint8Array(32).fill(7);
const master = HDKey.fromMasterSeed(seed);
const testMaster = HDKey.fromMasterSeed(seed, { public: 0x043587cf, private: 0x04358394 });
const [path, testPath] = ["m/84'/0'/0'", "m/84'/1'/0'"];

const first = (key: string, network: 'main' | 'testnet' | 'regtest' = 'main') =>
  bitcoinAccount(key, network).keyAt(RECEIVING, 0).address;

test('the addresses are those that BIP 84 gives as its example', () => {
  const account = bitcoinAccount(zpub, 'main');
  expect(account.keyAt(RECEIVING, 0).address).toBe('bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu');
  expect(account.keyAt(RECEIVING, 1).address).toBe('bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g');
  expect(account.keyAt(CHANGE, 0).address).toBe('bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el');
});

test('a key means the same account under each of the names that wallets give it', () => {
  const account = HDKey.fromExtendedKey(zpub, { public: 0x04b24746, private: 0 });
  const { publicKey, chainCode, depth, index, parentFingerprint } = account;
  const named = (version: number) =>
    new HDKey({
      ...{ versions: { public: version, private: 0 }, depth, index, parentFingerprint },
      ...(publicKey && chainCode ? { publicKey, chainCode } : {}),
    }).publicExtendedKey;
  expect(first(named(0x0488b21e))).toBe(first(zpub));
  expect(first(` ${zpub}\n`)).toBe(first(zpub));
  expect(first(named(0x043587cf), 'testnet')).toBe(first(named(0x045f1cf6), 'testnet'));
  expect(first(named(0x043587cf), 'regtest')).toMatch(/^bcrt1q/);
});

test('a signing device is told the way from its own root, or from the account where that is all we know', () => {
  const account = master.derive(path);
  const sourceOf = (key: string) => bitcoinAccount(key, 'main').keyAt(CHANGE, 5).bip32Derivation[0]?.[1];
  const hardened = 2 ** 31;
  const known = { fingerprint: 0xd34db33f, path: [84 + hardened, hardened, hardened, 1, 5] };
  expect(sourceOf(`[d34db33f/84h/0h/0h]${account.publicExtendedKey}`)).toEqual(known);
  expect(sourceOf(`[d34db33f/84'/0'/0']${account.publicExtendedKey}`)).toEqual(known);
  expect(sourceOf(account.publicExtendedKey)).toEqual({ fingerprint: account.fingerprint, path: [1, 5] });
});

test.each([
  ['a private key', master.derive(path).privateExtendedKey, 'main'],
  ['the key of a whole wallet', master.publicExtendedKey, 'main'],
  ['the key of one chain of addresses', master.derive(`${path}/0`).publicExtendedKey, 'main'],
  ['a key of another network', testMaster.derive(testPath).publicExtendedKey, 'main'],
  ['a key of the main network', master.derive(path).publicExtendedKey, 'testnet'],
  ['a key with a slip in it', `${zpub.slice(0, -1)}t`, 'main'],
  ['an address', 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu', 'main'],
  ['nothing', '', 'main'],
] as const)('%s is no account, and no message repeats it', (_, key, network) => {
  const failure = failureOf(() => bitcoinAccount(key, network));
  expect(failure).toMatchObject({ failure: 'misconfigured' });
  if (key) expect(`${failure} ${failure?.stack}`).not.toContain(key);
});

test('each kind of address is kept in one form, and on its own network only', () => {
  const { readAddress } = bitcoinAccount(zpub, 'main');
  const addresses = [
    'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu',
    'bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
    '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
    '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy',
  ];
  expect(addresses.map(readAddress)).toEqual(addresses);
  expect(addresses.slice(0, 3).map((address) => readAddress(address.toUpperCase()))).toEqual(addresses.slice(0, 3));
  expect(addresses.map(bitcoinAccount(testMaster.derive(testPath).publicExtendedKey, 'testnet').readAddress)).toEqual(
    addresses.map(() => null),
  );
});

test.each([
  ['in mixed case', 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306FYU'],
  ['with a wrong checksum', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3'],
  ['of version 1 with the checksum of version 0', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd'],
  ['that anybody may spend', 'bc1pfeessrawgf'],
  ['inside a payment link', 'bitcoin:bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu'],
])('an address %s is refused', (_, address) => {
  expect(bitcoinAccount(zpub, 'main').readAddress(address)).toBeNull();
});

function failureOf(attempt: () => unknown): PaymentError | null {
  try {
    attempt();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(PaymentError);
    return error as PaymentError;
  }
}
