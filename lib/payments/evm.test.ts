import { inspect } from 'node:util';
import { type Address, decodeFunctionData, encodeFunctionData, erc20Abi, parseEther, toHex, zeroAddress } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChainBench, chainContract } from './chain.contract.ts';
import type { Chain } from './chain.ts';
import { evmChain } from './evm.ts';
import type { EvmCoin } from './evm-node.ts';
import { PaymentError } from './provider.ts';
import { type Anvil, startAnvil, type Token } from './testing/anvil.ts';
import { makeEvmWallet, type Unsigned } from './testing/evm-wallet.ts';

const chainId = 8453;
const GWEI = 10n ** 9n;
const usdc = { chainId, name: 'USDC on Base', currency: 'USDC', decimals: 6, depth: 20 };
const ether = { chainId, name: 'ETH on Base', currency: 'ETH', decimals: 18, depth: 20 };
const nobody = { addresses: [], payments: [], sent: [] };

const makeStranger = () => privateKeyToAddress(generatePrivateKey());

chainContract('USDC', async () => {
  const anvil = await startAnvil({ chainId });
  const [token, wallet] = [await anvil.deployToken(), makeEvmWallet()];
  const amount = 25_000_000n;
  return {
    ...benchOf(anvil, wallet),
    chain: evmChain({ ...usdc, url: anvil.url, token: token.address }, wallet.xpub),
    amount,
    foreign: [...foreignAddresses, token.address],
    pay: async (address, units) => void (await token.pay(address, units)),
    async prepareFunds() {
      await anvil.setBalance(wallet.treasury, parseEther('1'));
      await token.pay(wallet.treasury, 3n * amount - (await token.balanceOf(wallet.treasury)));
      await anvil.mine(1);
    },
  };
});

chainContract('ETH', async () => {
  const anvil = await startAnvil({ chainId });
  const wallet = makeEvmWallet();
  const amount = GWEI / 100n;
  return {
    ...benchOf(anvil, wallet),
    chain: evmChain({ ...ether, url: anvil.url }, wallet.xpub),
    amount,
    foreign: foreignAddresses,
    pay: async (address, units) => void (await anvil.pay(address, units * GWEI)),
    prepareFunds: () => anvil.setBalance(wallet.treasury, 3n * amount * GWEI),
  };
});

const foreignAddresses = [
  '0x5aAeb6053f3E94C9b9A09f33669435E7Ef1BeAeD',
  '0X5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED',
  '5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA',
  'vitalik.eth',
  'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
  zeroAddress,
];

/** What a bench of any coin needs; its network makes no blocks by itself. */
function benchOf(anvil: Anvil, wallet: ReturnType<typeof makeEvmWallet>) {
  const stranger = makeStranger();
  const changes = {
    amount: (asked) => [paying(asked, (payee, amount) => [payee, amount + 1n])],
    address: (asked) => [paying(asked, (_, amount) => [stranger, amount])],
    leaveOut: (asked, at) => (at === 0 ? [] : [asked]),
  } satisfies Record<string, (asked: Unsigned, at: number) => Unsigned[]>;
  return {
    announces: false,
    makeStranger,
    mine: anvil.mine,
    reorganise: anvil.reorg,
    sign: (file, change) => wallet.sign(file, change && changes[change]),
    close: anvil.close,
  } satisfies Partial<ChainBench>;
}

/** The transaction with whom and what it pays changed, wherever it says so. */
function paying(asked: Unsigned, change: (payee: Address, amount: bigint) => [Address, bigint]): Unsigned {
  if (asked.data === '0x') {
    const [to, value] = change(asked.to, BigInt(asked.value));
    return { ...asked, to, value: toHex(value) };
  }
  const { args } = decodeFunctionData({ abi: erc20Abi, data: asked.data });
  const changed = change(...(args as [Address, bigint]));
  return { ...asked, data: encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: changed }) };
}

const wallet = makeEvmWallet();
let anvil: Anvil;
let token: Token;
beforeAll(async () => {
  anvil = await startAnvil({ chainId });
  token = await anvil.deployToken();
}, 60_000);
afterAll(() => anvil?.close());

const openUsdc = (more: Partial<EvmCoin> = {}) =>
  evmChain({ ...usdc, url: anvil.url, token: token.address, ...more }, wallet.xpub);
const openEther = (more: Partial<EvmCoin> = {}) => evmChain({ ...ether, url: anvil.url, ...more }, wallet.xpub);

/** What `chain` finds in the block that is made now. */
async function paymentsNow(chain: Chain, addresses: string[]) {
  await anvil.mine(1);
  const { height } = await chain.getHead();
  return chain.listPayments({ first: height, last: height }, new Set(addresses));
}

test('addresses are those that every wallet makes of the same account', () => {
  // From the words "test test … junk", as the accounts m/44'/60'/0'/0/0 and 0/1 of any wallet.
  const xpub =
    'xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZNSd54JoNXVsXFYSYwHsnJxqP';
  const chain = evmChain({ ...usdc, url: 'http://127.0.0.1:1' }, xpub);
  const known = ['0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'];
  expect([0, 1].map(chain.addressAt)).toEqual(known);
});

test('an address in small letters is taken, and kept with its checksum', () => {
  const checked = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
  expect(openUsdc().readAddress(checked.toLowerCase())).toBe(checked);
});

test('the broker refuses to hold a private key, and keys that are no account', () => {
  for (const key of [wallet.xprv, wallet.masterXpub, 'xpub', ''])
    expect(() => evmChain({ ...ether, url: anvil.url }, key)).toThrow(PaymentError);
});

test('a token that calls itself USDC is not USDC', async () => {
  const chain = openUsdc();
  const impostor = await anvil.deployToken();
  await impostor.pay(chain.addressAt(0), 1_000_000n);
  await anvil.pay(chain.addressAt(0), 1_000_000n);
  expect(await paymentsNow(chain, [chain.addressAt(0)])).toEqual([]);
});

test.each([
  ['of another chain', { chainId: 1 }, 'its node is of chain 8453, not 1'],
  ['whose token has other decimals than we think', { decimals: 18 }, 'its token has 6 decimals, not 18'],
  ['that has nothing where the token should be', { token: makeStranger() }, 'did not answer as it should'],
])('a node %s is not believed', async (_, flaw, message) => {
  const chain = openUsdc(flaw);
  const refusal = expect.objectContaining({ failure: 'misconfigured', message: expect.stringContaining(message) });
  await expect(chain.getHead()).rejects.toEqual(refusal);
  await expect(chain.getBalance(nobody)).rejects.toEqual(refusal);
});

test('an error names neither the node nor the key in its address', async () => {
  const chain = openEther({ url: 'http://127.0.0.1:1/v2/secret-key' });
  const error = await chain.getHead().catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(PaymentError);
  expect(inspect(error, { depth: 9 })).not.toMatch(/secret|127\.0/);
});

test('what is less than a gwei is left out of an amount, and a payment of less is none', async () => {
  const chain = openEther();
  const [some, dust] = [chain.addressAt(1), chain.addressAt(2)];
  await anvil.pay(some, 3n * GWEI + 1n);
  await anvil.pay(dust, GWEI - 1n);
  expect(await paymentsNow(chain, [some, dust])).toMatchObject([{ address: some, amount: 3n }]);
});

test('payments to any of a thousand addresses are found over hundreds of blocks', { timeout: 60_000 }, async () => {
  const chain = openUsdc();
  const { height } = await chain.getHead();
  const addresses = Array.from({ length: 1000 }, (_, index) => chain.addressAt(index));
  const paid = [0, 499, 500, 999].map((index) => addresses[index] ?? '');
  for (const address of paid) {
    await token.pay(address, 5_000_000n);
    await anvil.mine(150);
  }
  const last = (await chain.getHead()).height;
  const found = await chain.listPayments({ first: height + 1, last }, new Set(addresses));
  expect(found.map(({ address }) => address)).toEqual(paid);
  const funds = { addresses: addresses.map((address, index) => ({ address, index })), payments: [], sent: [] };
  expect(await chain.getBalance(funds)).toBeGreaterThanOrEqual(20_000_000n);
});

test('confirmations settle a payment where the chain has no word for final', async () => {
  const head = await openUsdc().getHead();
  expect(await openUsdc({ confirmations: 12 }).settledHeight(head, 0n)).toBe(head.height - 11);
  expect(await openUsdc().settledHeight(head, 0n)).toBe(head.height - 2);
});

test('a reorganisation below what was final shows in the blocks', async () => {
  const chain = openUsdc();
  await anvil.mine(20);
  const head = await chain.getHead();
  const final = await chain.settledHeight(head, 0n);
  const before = await chain.getBlock(final);
  await anvil.reorg(15);
  expect((await chain.getHead()).height).toBeGreaterThan(head.height);
  expect((await chain.getBlock(final))?.hash).not.toBe(before?.hash);
});

test('the QR code asks for the exact amount of the right currency on the right chain', () => {
  const payment = { address: openUsdc().addressAt(0), amount: 12_500_000n };
  const { address } = payment;
  expect(openUsdc().paymentUri(payment)).toBe(
    `ethereum:${token.address}@8453/transfer?address=${address}&uint256=12500000`,
  );
  expect(openEther().paymentUri(payment)).toBe(`ethereum:${address}@8453?value=12500000000000000`);
});
