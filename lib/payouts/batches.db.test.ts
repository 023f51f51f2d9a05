import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { db } from '#db/client';
import { deposits } from '#db/schema/chains';
import { ledgerAccounts, ledgerTransactions } from '#db/schema/ledger';
import { topUps } from '#db/schema/payments';
import { payoutBatches } from '#db/schema/payouts';
import { makeUser } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { bitcoinChain } from '../payments/bitcoin.ts';
import type { Chain } from '../payments/chain.ts';
import { chainProvider, leastOnChain } from '../payments/chain-provider.ts';
import { evmChain } from '../payments/evm.ts';
import { PaymentError } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { startAnvil } from '../payments/testing/anvil.ts';
import { makeBitcoinAddress, makeBitcoinWallet } from '../payments/testing/bitcoin-wallet.ts';
import { makeEvmWallet } from '../payments/testing/evm-wallet.ts';
import { startRegtest } from '../payments/testing/regtest.ts';
import { abandonBatch, makeBatch, signBatch } from './batches.ts';
import { approvePayout, freezePayouts, requestPayout, withdrawPayout } from './commands.ts';
import { findBatchFile, listBatches } from './desk.ts';
import { followBatches } from './following.ts';
import { availableOf, expectBooks, hoursAfter, makePayee, payoutOf, payoutsOf, treasuryOf } from './testing.ts';

type Bench = {
  chain: Chain;
  price: bigint;
  makeAddress(): string;
  sign(unsigned: Uint8Array): Promise<Uint8Array>;
  /** Makes the account able to pay for a while. */
  fill(): Promise<void>;
  mine(blocks: number): Promise<unknown>;
  close(): Promise<void>;
};

async function openBitcoin(): Promise<Bench> {
  const [network, wallet] = [await startRegtest(), makeBitcoinWallet()];
  const chain = bitcoinChain({ url: network.url, xpub: wallet.xpub, network: 'regtest' });
  const sign = async (unsigned: Uint8Array) => wallet.sign(unsigned);
  return {
    ...network,
    chain,
    price: 60_000n * DOLLAR,
    sign,
    makeAddress: makeBitcoinAddress,
    fill: () => fill(chain, network),
  };
}

/** Top-ups that reached the account, as the broker that follows the chain notes them. */
async function fill(
  chain: Chain,
  network: { pay(address: string, amount: bigint): Promise<unknown>; mine(n: number): Promise<unknown> },
) {
  const userId = await makeUser();
  for (const addressIndex of [1, 2, 3]) {
    const reference = chain.addressAt(addressIndex);
    const amount = 10n * DOLLAR;
    await db.insert(topUps).values({ userId, provider: chain.id, amount, reference, addressIndex });
    await network.pay(reference, 100_000_000n);
  }
  await network.mine(1);
  const { height } = await chain.getHead();
  const addresses = new Set([1, 2, 3].map(chain.addressAt));
  for (const { id, address, amount, block } of await chain.listPayments({ first: height, last: height }, addresses)) {
    const place = { height: block.height, blockHash: block.hash, seenAt: block.at };
    await db.insert(deposits).values({ chain: chain.id, reference: id, address, amount, ...place });
  }
}

async function openUsdc(): Promise<Bench> {
  const chainId = 8453;
  const [anvil, wallet] = [await startAnvil({ chainId }), makeEvmWallet()];
  const token = await anvil.deployToken();
  const coin = { chainId, name: 'USDC on Base', currency: 'USDC', decimals: 6, confirmations: 2, depth: 20 };
  const chain = evmChain({ ...coin, url: anvil.url, token: token.address }, wallet.xpub);
  return {
    ...{ chain, price: DOLLAR, mine: anvil.mine, close: anvil.close },
    sign: (unsigned) => wallet.sign(unsigned),
    makeAddress: () => privateKeyToAddress(generatePrivateKey()),
    async fill() {
      await anvil.setBalance(wallet.treasury, parseEther('10'));
      await token.pay(wallet.treasury, 10_000_000_000n);
      await anvil.mine(1);
    },
  };
}

const by = { adminId: '', address: null, at: hoursAfter(1) };

describe.each([
  ['Bitcoin', openBitcoin],
  ['USDC', openUsdc],
] as const)('%s', (_, open) => {
  const opened: { bench: Bench; treasury: Treasury } = {} as never;
  beforeAll(async () => {
    const bench = await open();
    const { chain, price } = bench;
    await bench.fill();
    const provider = chainProvider(chain, leastOnChain.other);
    const treasury = treasuryOf([provider], { chains: new Map([[chain.id, chain]]), priceOf: async () => price });
    Object.assign(opened, { bench, treasury });
    by.adminId = await makeUser();
  });
  afterAll(() => opened.bench?.close());
  afterEach(expectBooks);

  const make = () => makeBatch(opened.treasury, { provider: opened.bench.chain.id, ...by });

  /** An owner who asked to be paid on this chain. */
  async function askedOwner(amount = 50n * DOLLAR) {
    const { bench, treasury } = opened;
    const ownerId = await makePayee(treasury, amount, { provider: bench.chain.id, typed: bench.makeAddress() });
    await requestPayout(treasury, { ownerId, at: hoursAfter(0) });
    return ownerId;
  }

  async function madeBatch() {
    const made = await make();
    const batchId = made.ok ? made.value.batchId : randomUUID();
    const file = await findBatchFile(batchId);
    return { batchId, unsigned: file?.unsigned ?? new Uint8Array() };
  }

  const stateOf = async (ownerId: string) => (await payoutsOf(ownerId)).map(({ state }) => state).join();

  test('payouts wait for a batch, are signed elsewhere, and are paid when the chain has settled them', async () => {
    const { bench, treasury } = opened;
    const owners = [await askedOwner(), await askedOwner(70n * DOLLAR)];
    expect(await Promise.all(owners.map(stateOf))).toEqual(['reserved', 'reserved']);
    const before = await booksOfChain();
    const { batchId, unsigned } = await madeBatch();
    expect(await Promise.all(owners.map(stateOf))).toEqual(['signing', 'signing']);
    expect(await make()).toEqual({ ok: false, reason: 'nothingToPay' });

    const content = await bench.sign(unsigned);
    expect(await signBatch(treasury, { batchId, content, ...by })).toMatchObject({ ok: true });
    expect(await signBatch(treasury, { batchId, content, ...by })).toMatchObject({ ok: true });
    expect(await Promise.all(owners.map(stateOf))).toEqual(['submitted', 'submitted']);
    expect(await abandonBatch(treasury, { batchId, ...by })).toEqual({ ok: false, reason: 'signed' });

    await followBatches(treasury, by);
    expect(await Promise.all(owners.map(stateOf))).toEqual(['submitted', 'submitted']);
    await bench.mine(8);
    await followBatches(treasury, by);
    await followBatches(treasury, by);
    expect(await Promise.all(owners.map(stateOf))).toEqual(['paid', 'paid']);
    expect(await Promise.all(owners.map(availableOf))).toEqual([0n, 0n]);
    // What left our account by the books is what the batch paid, and what the network took.
    const [batch] = await db.select().from(payoutBatches).where(eq(payoutBatches.id, batchId));
    const paid = batch?.outputs.reduce((sum, { amount }) => sum + BigInt(amount), 0n) ?? 0n;
    expect(await booksOfChain()).toEqual({
      balance: before.balance - paid - (batch?.fee ?? 0n),
      fees: before.fees + (batch?.fee ? 1 : 0),
    });
  });

  /** What our account on the chain holds by the books, in the chain's coin, and how many fees it has paid. */
  async function booksOfChain() {
    const { currency, id } = opened.bench.chain;
    const own = and(eq(ledgerAccounts.kind, `psp:${id}`), eq(ledgerAccounts.currency, currency));
    const [psp] = await db.select().from(ledgerAccounts).where(own);
    const fees = await db.select().from(ledgerTransactions).where(eq(ledgerTransactions.kind, 'networkFee'));
    return { balance: psp?.balance ?? 0n, fees: fees.filter(({ about }) => about.provider === id).length };
  }

  test('a file that pays anything else, or is not signed, is not taken', async () => {
    const { bench, treasury } = opened;
    const ownerId = await askedOwner();
    const first = await madeBatch();
    const other = await bench.sign(first.unsigned);
    expect(await abandonBatch(treasury, { batchId: first.batchId, ...by })).toMatchObject({ ok: true });
    expect(await stateOf(ownerId)).toBe('reserved');
    expect(await signBatch(treasury, { batchId: first.batchId, content: other, ...by })).toMatchObject({
      reason: 'abandoned',
    });

    await askedOwner();
    const { batchId, unsigned } = await madeBatch();
    for (const content of [unsigned, other, new Uint8Array(), new TextEncoder().encode('no transaction')])
      expect(await signBatch(treasury, { batchId, content, ...by })).toEqual({ ok: false, reason: 'notThisBatch' });
    expect(await stateOf(ownerId)).toBe('signing');
    await abandonBatch(treasury, { batchId, ...by });
  });

  test('of two admins who make a batch at once, one does', async () => {
    await askedOwner();
    const made = await Promise.all([make(), make(), make()]);
    expect(made.filter(({ ok }) => ok)).toHaveLength(1);
    const [{ id = '' } = {}] = await listBatches(1);
    await abandonBatch(opened.treasury, { batchId: id, ...by });
  });

  test('a batch with a payout of somebody who was frozen meanwhile is not sent, and the next is without it', async () => {
    const { bench, treasury } = opened;
    const ownerId = await askedOwner();
    const { batchId, unsigned } = await madeBatch();
    await db.transaction((tx) => freezePayouts(tx, { userId: ownerId, at: by.at }));
    const content = await bench.sign(unsigned);
    expect(await signBatch(treasury, { batchId, content, ...by })).toEqual({ ok: false, reason: 'frozen' });
    await abandonBatch(treasury, { batchId, ...by });
    const next = await madeBatch();
    expect(await payoutsOf(ownerId)).toMatchObject([{ state: 'held', heldFor: 'frozen', batchId: null, units: null }]);
    await abandonBatch(treasury, { batchId: next.batchId, ...by });
  });

  test('a transaction that the network did not get is shown, and sent again until it did', async () => {
    const { bench, treasury } = opened;
    const ownerId = await askedOwner();
    const { batchId, unsigned } = await madeBatch();
    const deaf: Chain = {
      ...bench.chain,
      broadcast: async () => {
        throw new PaymentError(bench.chain.id, 'cannot be reached', 'notDone');
      },
    };
    const offline = { ...treasury, chains: new Map([[deaf.id, deaf]]) };
    expect(await signBatch(offline, { batchId, content: await bench.sign(unsigned), ...by })).toMatchObject({
      ok: true,
    });
    expect(await payoutsOf(ownerId)).toMatchObject([{ state: 'submitted', problem: `${deaf.id}: cannot be reached` }]);
    await followBatches(treasury, by);
    await followBatches(treasury, by);
    expect(await payoutsOf(ownerId)).toMatchObject([{ state: 'submitted', problem: null }]);
    await bench.mine(8);
    await followBatches(treasury, by);
    expect(await stateOf(ownerId)).toBe('paid');
  });

  test('a batch that the account cannot pay is not made, and says why', async () => {
    const ownerId = await askedOwner(1_000_000n * DOLLAR);
    const [payout] = await payoutsOf(ownerId);
    await approvePayout(opened.treasury, { payoutId: payout?.id ?? '', ...by });
    expect(await payoutOf(payout?.id ?? '')).toMatchObject({ state: 'reserved' });
    await expect(make()).rejects.toMatchObject({
      failure: 'misconfigured',
      message: expect.stringMatching(/suffice|stands on|holds/),
    });
    expect(await stateOf(ownerId)).toBe('reserved');
    expect(await withdrawPayout(opened.treasury, { ownerId, payoutId: payout?.id ?? '', at: by.at })).toMatchObject({
      ok: true,
    });
  });
});
