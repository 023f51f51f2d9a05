import { type Hex, parseEther, toHex } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { evmChain } from './evm.ts';
import { type Anvil, startAnvil, type Token } from './testing/anvil.ts';
import { makeEvmWallet } from './testing/evm-wallet.ts';

const chainId = 8453;
const usdc = { chainId, name: 'USDC on Base', currency: 'USDC', decimals: 6 };
const ether = { chainId, name: 'ETH on Base', currency: 'ETH', decimals: 18 };
const nothing = { addresses: [], payments: [], sent: [] };

let anvil: Anvil;
let token: Token;
beforeAll(async () => {
  anvil = await startAnvil({ chainId });
  token = await anvil.deployToken();
}, 60_000);
afterAll(() => anvil?.close());

let wallet: ReturnType<typeof makeEvmWallet>;
beforeEach(async () => {
  wallet = makeEvmWallet();
  await anvil.setBalance(wallet.treasury, parseEther('1'));
  await token.pay(wallet.treasury, 100_000_000n);
  await anvil.mine(1);
});

const openUsdc = () => evmChain({ ...usdc, url: anvil.url, token: token.address }, wallet.xpub);
const openEther = () => evmChain({ ...ether, url: anvil.url }, wallet.xpub);

function makeOutput(amount: bigint, address: string = privateKeyToAddress(generatePrivateKey())) {
  return { payoutId: `payout of ${address}`, address, amount };
}

async function makeSigned(outputs = [makeOutput(40_000_000n), makeOutput(50_000_000n)]) {
  const chain = openUsdc();
  const unsigned = await chain.prepareBatch(outputs, nothing);
  const batch = await chain.readSigned(await wallet.sign(unsigned.content), unsigned.content, outputs);
  return { chain, outputs, unsigned, transactions: batch?.transactions ?? [] };
}

test.each<[string, Record<string, Hex>]>([
  ['another nonce', { nonce: toHex(7) }],
  ['another chain', { chainId: toHex(1) }],
  ['another contract', { to: privateKeyToAddress(generatePrivateKey()) }],
  ['coins beside the tokens', { value: toHex(1) }],
])('a batch that was signed for %s is refused', async (_, change) => {
  const { chain, outputs, unsigned } = await makeSigned();
  const signed = await wallet.sign(unsigned.content, (asked) => [{ ...asked, ...change }]);
  expect(await chain.readSigned(signed, unsigned.content, outputs)).toBeNull();
});

test('a batch that somebody else signed, or where one payment stands twice, is refused', async () => {
  const { chain, outputs, unsigned } = await makeSigned();
  const forged = await makeEvmWallet().sign(unsigned.content);
  expect(await chain.readSigned(forged, unsigned.content, outputs)).toBeNull();
  const doubled = await wallet.sign(unsigned.content, (asked, at) => (at === 0 ? [asked, asked] : []));
  expect(await chain.readSigned(doubled, unsigned.content, outputs)).toBeNull();
});

test('the admin may pay more for gas, and bring the transactions in another order', async () => {
  const { chain, outputs, unsigned } = await makeSigned();
  const signed = await wallet.sign(unsigned.content, (asked) => [{ ...asked, maxFeePerGas: toHex(10n ** 11n) }]);
  const reversed = Buffer.from(JSON.stringify(JSON.parse(signed.toString()).reverse()));
  const batch = await chain.readSigned(reversed, unsigned.content, outputs);
  expect(Object.keys(batch?.paidBy ?? {})).toEqual(outputs.map(({ payoutId }) => payoutId));
});

test('a batch continues after those that are signed and that the node may not know yet', async () => {
  const { chain, outputs, transactions } = await makeSigned();
  const sent = transactions.map(({ raw }) => raw);
  const { content, fileName } = await chain.prepareBatch(outputs, { ...nothing, sent });
  expect(JSON.parse(Buffer.from(content).toString())).toMatchObject([{ nonce: '0x2' }, { nonce: '0x3' }]);
  expect(fileName).toBe('evm-8453-usdc-payouts-from-2.json');
});

test('a payout in the chain’s coin says what it may cost at most, and then what it did', async () => {
  const chain = openEther();
  const outputs = [makeOutput(1_000_000n)];
  const { content, fee } = await chain.prepareBatch(outputs, nothing);
  const batch = await chain.readSigned(await wallet.sign(content), content, outputs);
  const [transaction] = batch?.transactions ?? [];
  await chain.broadcast(transaction?.raw ?? '');
  expect(await chain.getTransaction(transaction?.id ?? '')).toEqual({ block: null, failed: false });

  const before = await chain.getBalance(nothing);
  await anvil.mine(1);
  const paid = await chain.getTransaction(transaction?.id ?? '');
  expect(await chain.getBalance(nothing)).toBe(before - 1_000_000n - (paid?.fee ?? 0n));
  expect(paid?.fee).toBeGreaterThan(0n);
  expect(paid?.fee).toBeLessThan(fee);
});

test('a payout for which the money was gone meanwhile has failed', async () => {
  const { chain, transactions } = await makeSigned();
  const { transactions: others } = await makeSigned([makeOutput(100_000_000n)]);
  const late = transactions[1];
  for (const signed of [others[0], late]) await chain.broadcast(signed?.raw ?? '');
  await anvil.mine(1);
  expect(await chain.getTransaction(others[0]?.id ?? '')).toMatchObject({ failed: false });
  expect(await chain.getTransaction(late?.id ?? '')).toMatchObject({ failed: true });
});

test('a treasury without gas, or without enough of the token, says what it lacks', async () => {
  const chain = openUsdc();
  const refusal = (message: string) =>
    expect.objectContaining({ failure: 'misconfigured', message: expect.stringContaining(message) });
  await expect(chain.prepareBatch([makeOutput(100_000_001n)], nothing)).rejects.toEqual(
    refusal(`the treasury ${wallet.treasury} holds 100 USDC, and needs 100.000001`),
  );
  await anvil.setBalance(wallet.treasury, 7n);
  await expect(chain.prepareBatch([makeOutput(1n)], nothing)).rejects.toEqual(refusal('of the chain’s own coin'));
});

test('a payout that the chain refuses is named', async () => {
  // The token's contract takes no coins.
  const outputs = [makeOutput(1n), { ...makeOutput(1n, token.address), payoutId: 'the bad one' }];
  const refusal = { failure: 'misconfigured', message: expect.stringContaining('payout the bad one cannot be made') };
  await expect(openEther().prepareBatch(outputs, nothing)).rejects.toEqual(expect.objectContaining(refusal));
});

test('a transaction whose nonce was used otherwise is refused for good', async () => {
  const { transactions: first } = await makeSigned();
  const { chain, transactions: second } = await makeSigned();
  for (const { raw } of first) await chain.broadcast(raw);
  await anvil.mine(1);
  const refusal = expect.objectContaining({ failure: 'misconfigured' });
  await expect(chain.broadcast(second[0]?.raw ?? '')).rejects.toEqual(refusal);
});
