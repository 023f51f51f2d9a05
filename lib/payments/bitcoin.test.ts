import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { p2wpkh, SigHash, Transaction } from '@scure/btc-signer';
import { pubECDSA } from '@scure/btc-signer/utils.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOLLAR } from '../money.ts';
import { bitcoinChain } from './bitcoin.ts';
import { bitcoinAccount, CHANGE, networks } from './bitcoin-account.ts';
import { type ChainBench, chainContract } from './chain.contract.ts';
import type { Chain, ChainOutput, Funds } from './chain.ts';
import { PaymentError } from './provider.ts';
import { makeBitcoinAddress, makeBitcoinWallet } from './testing/bitcoin-wallet.ts';
import { type Regtest, startRegtest } from './testing/regtest.ts';

const wallet = makeBitcoinWallet();
const { xpub } = wallet;

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
    makeStranger: makeBitcoinAddress,
    pay: async (address, amount) => void (await network.pay(address, amount)),
    mine: network.mine,
    reorganise: network.reorganise,
    sign: wallet.sign,
    close: network.close,
  };
}

chainContract('Bitcoin', openBench);

let network: Regtest;
let chain: Chain;
let indexes = 1000;
beforeAll(async () => {
  network = await startRegtest();
  chain = bitcoinChain({ url: network.url, xpub, network: 'regtest' });
}, 60_000);
afterAll(() => network?.close());

/** Payments of these amounts in a block, each on an address of its own. */
async function makeFunds(...amounts: bigint[]): Promise<Funds> {
  const { height } = await chain.getHead();
  const addresses = amounts.map(() => indexes++).map((index) => ({ address: chain.addressAt(index), index }));
  for (const [at, amount] of amounts.entries()) await network.pay(addresses[at]?.address ?? '', amount);
  await network.mine(1);
  const range = { first: height + 1, last: height + 1 };
  const payments = await chain.listPayments(range, new Set(addresses.map(({ address }) => address)));
  return { addresses, payments, sent: [] };
}

const makeOutputs = (...amounts: bigint[]): ChainOutput[] =>
  amounts.map((amount, at) => ({ payoutId: `payout ${at}`, address: makeBitcoinAddress(), amount }));

/** A batch through the admin's hands; its raw transaction. */
async function makeSent(funds: Funds, outputs: ChainOutput[]): Promise<string> {
  const { content } = await chain.prepareBatch(outputs, funds);
  const signed = await chain.readSigned(wallet.sign(content), content, outputs);
  return signed?.transactions[0]?.raw ?? '';
}

test('a payment link names the amount in whole bitcoin', () => {
  const address = chain.addressAt(0);
  expect(chain.paymentUri({ address, amount: 16_500n })).toBe(`bitcoin:${address}?amount=0.000165`);
  expect(chain.paymentUri({ address, amount: 200_000_000n })).toBe(`bitcoin:${address}?amount=2`);
});

test('two blocks settle a payment below a hundred dollars, six any other', async () => {
  const head = await chain.getHead();
  expect(await chain.settledHeight(head, 100n * DOLLAR - 1n)).toBe(head.height - 1);
  expect(await chain.settledHeight(head, 100n * DOLLAR)).toBe(head.height - 5);
});

test('what a batch does not pay out comes back to the account, and pays the next batch', async () => {
  const funds = await makeFunds(100_000n);
  const first = await chain.prepareBatch(makeOutputs(30_000n), funds);
  const change = 100_000n - 30_000n - first.fee;
  const sent = await makeSent(funds, makeOutputs(30_000n));
  await chain.broadcast(sent);
  expect(await chain.getBalance({ ...funds, sent: [sent] })).toBe(100_000n);
  await network.mine(1);
  expect(await chain.getBalance({ ...funds, sent: [sent] })).toBe(change);

  const second = await makeSent({ ...funds, sent: [sent] }, makeOutputs(30_000n));
  await chain.broadcast(second);
  await network.mine(1);
  expect(await chain.getBalance({ ...funds, sent: [sent, second] })).toBe(change - 30_000n - first.fee);
});

test('the change of each batch has an address of its own, on the chain of the account that is for it', async () => {
  const funds = await makeFunds(100_000n, 100_000n);
  const account = bitcoinAccount(xpub, 'regtest');
  const changeOf = async (sent: string[]) => {
    const { content } = await chain.prepareBatch(makeOutputs(30_000n), { ...funds, sent });
    const batch = Transaction.fromPSBT(content);
    const outputs = Array.from({ length: batch.outputsLength }, (_, at) => at);
    const ours = outputs.find((at) => batch.getOutput(at).bip32Derivation) ?? -1;
    return batch.getOutputAddress(ours, networks.regtest);
  };
  const keys = funds.addresses.map(({ index }) => account.keyAt(CHANGE, index).address);
  expect(await changeOf([])).toBe(keys[0]);
  expect(await changeOf([await makeSent(funds, makeOutputs(30_000n))])).toBe(keys[1]);
});

test('what a signed batch spends is not promised twice, even before the network has that batch', async () => {
  const funds = await makeFunds(50_000n, 50_000n);
  const sent = await makeSent(funds, makeOutputs(30_000n));
  const next = { ...funds, sent: [sent] };
  const { content } = await chain.prepareBatch(makeOutputs(30_000n), next);
  const spent = (batch: Transaction) => Buffer.from(batch.getInput(0).txid ?? []).toString('hex');
  const first = Transaction.fromRaw(Buffer.from(sent, 'hex'));
  expect(spent(Transaction.fromPSBT(content))).not.toBe(spent(first));
  await expect(chain.prepareBatch(makeOutputs(60_000n), next)).rejects.toThrow(PaymentError);
});

test('a batch says what it costs, and costs ten satoshi a byte where the node has no estimate', async () => {
  const outputs = makeOutputs(30_000n, 20_000n);
  const funds = await makeFunds(60_000n, 40_000n);
  const { content, fee, fileName } = await chain.prepareBatch(outputs, funds);
  const signed = Transaction.fromPSBT(wallet.sign(content));
  expect(fileName).toMatch(/^payouts-[0-9a-f]{8}\.psbt$/);
  expect(signed.fee).toBe(fee);
  const rate = Number(fee) / signed.vsize;
  expect(rate).toBeGreaterThanOrEqual(10);
  expect(rate).toBeLessThan(10.2);
});

test('a payout that nodes would not pass on is refused', async () => {
  const funds = await makeFunds(100_000n);
  await expect(chain.prepareBatch(makeOutputs(20_000n, 545n), funds)).rejects.toThrow('below 546');
  await expect(chain.prepareBatch(makeOutputs(20_000n, 546n), funds)).resolves.toBeDefined();
});

test('a signed batch is read in each form that wallets give out', async () => {
  const outputs = makeOutputs(30_000n);
  const { content } = await chain.prepareBatch(outputs, await makeFunds(100_000n));
  const [psbt, { hex }] = [wallet.sign(content), Transaction.fromPSBT(wallet.sign(content))];
  const unfinished = wallet.signInputs(Transaction.fromPSBT(content)).toPSBT(0);
  const forms = [psbt, Buffer.from(psbt).toString('base64'), `${hex}\n`, hex.toUpperCase(), unfinished];
  for (const form of forms) {
    const signed = await chain.readSigned(Buffer.from(form), content, outputs);
    expect(signed?.transactions).toEqual([{ id: Transaction.fromPSBT(psbt).id, raw: hex }]);
  }
});

/** A signature that is good in itself, by a key that the coin does not belong to. */
function signedByThief(content: Uint8Array): Uint8Array[] {
  const batch = Transaction.fromPSBT(content);
  const { txid = '', index = 0, witnessUtxo } = batch.getInput(0);
  const thief = randomBytes(32);
  const { script } = p2wpkh(pubECDSA(thief));
  const theft = new Transaction();
  theft.addInput({ txid, index, witnessUtxo: { script, amount: witnessUtxo?.amount ?? 0n } });
  for (let at = 0; at < batch.outputsLength; at++) theft.addOutput(batch.getOutput(at));
  theft.sign(thief);
  theft.finalize();
  return theft.getInput(0).finalScriptWitness ?? [];
}

test('a signature by another key, over less than everything, or that is none is refused', async () => {
  const outputs = makeOutputs(30_000n);
  const { content } = await chain.prepareBatch(outputs, await makeFunds(100_000n));
  const read = (batch: Transaction) => chain.readSigned(batch.toPSBT(0), content, outputs);
  const signedWith = (sighash: SigHash) => {
    const batch = wallet.signInputs(Transaction.fromPSBT(content), sighash);
    batch.finalize();
    return batch;
  };
  const [signature = new Uint8Array(), publicKey = new Uint8Array()] =
    signedWith(SigHash.ALL).getInput(0).finalScriptWitness ?? [];
  const witnessed = (...finalScriptWitness: Uint8Array[]) => {
    const batch = Transaction.fromPSBT(content);
    batch.updateInput(0, { finalScriptWitness }, true);
    return batch;
  };
  expect(await read(witnessed(signature, publicKey))).not.toBeNull();
  expect(await read(signedWith(SigHash.NONE))).toBeNull();
  expect(await read(signedWith(SigHash.ALL_ANYONECANPAY))).toBeNull();
  expect(
    await read(
      witnessed(
        signature.map((byte, at) => (at === 20 ? byte ^ 1 : byte)),
        publicKey,
      ),
    ),
  ).toBeNull();
  expect(await read(witnessed(signature, wallet.publicKeyAt('m/0/0')))).toBeNull();
  expect(await read(witnessed(signature.subarray(0, 5), publicKey))).toBeNull();
  expect(
    await read(witnessed(Buffer.concat([signature.subarray(0, -1), Buffer.of(SigHash.NONE)]), publicKey)),
  ).toBeNull();
  expect(await read(witnessed(...signedByThief(content)))).toBeNull();
  expect(await read(witnessed(publicKey))).toBeNull();
});

test('a transaction that the network refuses is told as such, and stays unknown', async () => {
  const funds = await makeFunds(100_000n);
  const [sent, rival] = [await makeSent(funds, makeOutputs(30_000n)), await makeSent(funds, makeOutputs(40_000n))];
  await chain.broadcast(sent);
  await network.mine(1);
  await expect(chain.broadcast(rival)).rejects.toThrow(PaymentError);
  expect(await chain.getTransaction(Transaction.fromRaw(Buffer.from(rival, 'hex')).id)).toBeNull();
});

test('a batch that a reorganisation takes out of its block is waiting again, and finds another block', async () => {
  const sent = await makeSent(await makeFunds(100_000n), makeOutputs(30_000n));
  const { id } = Transaction.fromRaw(Buffer.from(sent, 'hex'));
  await chain.broadcast(sent);
  expect(await chain.getTransaction(id)).toEqual({ block: null, failed: false });
  await network.mine(1);
  const before = await chain.getTransaction(id);
  await network.reorganise(1);
  expect((await chain.getTransaction(id))?.block ?? null).toBeNull();
  await chain.broadcast(sent);
  await network.mine(1);
  const after = await chain.getTransaction(id);
  expect(after?.block).toEqual(await chain.getHead());
  expect(after?.block?.hash).not.toBe(before?.block?.hash);
});

test('a node that is away, has other keys, or is none is told apart, and its password is never repeated', async () => {
  const page = createServer((_, response) => response.end('{"welcome":"to a router"}')).listen(0, '127.0.0.1');
  await once(page, 'listening');
  const other = `http://x:geheim@127.0.0.1:${(page.address() as AddressInfo).port}`;
  const failureOf = (url: string) =>
    bitcoinChain({ url, xpub, network: 'regtest' })
      .getHead()
      .catch((error: PaymentError) => error);
  const failures = [await failureOf(network.url.replace(/x:\w+@/, 'x:geheim@')), await failureOf(other)];
  page.closeAllConnections();
  page.close();
  failures.push(await failureOf(other));
  expect(failures).toMatchObject([{ failure: 'misconfigured' }, { failure: 'unknown' }, { failure: 'notDone' }]);
  for (const failure of failures) expect(`${failure} ${(failure as PaymentError).stack}`).not.toContain('geheim');
});
