import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { payments, topUps } from '#db/schema/payments';
import { getWallet } from '../ledger/balances.ts';
import { makeUser } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { createSealer } from '../secrets.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import type { Block, Chain, ChainPayment } from './chain.ts';
import { chainProvider, leastOnChain } from './chain-provider.ts';
import { followChain } from './follow.ts';
import { PaymentError } from './provider.ts';
import type { Treasury } from './registry.ts';

const refuse = async () => {
  throw new PaymentError('scripted chain', 'pays nobody', 'misconfigured');
};

/** A chain in the test's hands: a dollar is a thousand units, and what is worth $100 waits for six blocks instead of two. */
function scriptedChain() {
  const id = `scripted-${randomUUID()}`;
  const world = { height: 10, paid: [] as (ChainPayment & { height: number })[], asked: async () => {} };
  const blockAt = (height: number): Block => {
    return { height, hash: `block-${height}`, parentHash: `block-${height - 1}`, at: new Date() };
  };
  const chain: Chain = {
    id,
    name: 'Scripted Chain',
    currency: 'SCR',
    decimals: 3,
    depth: 100,
    addressAt: (index) => `${id}-${index}`,
    readAddress: (typed) => typed,
    paymentUri: ({ address }) => address,
    async getHead() {
      await world.asked();
      return blockAt(world.height);
    },
    getBlock: async (height) => (height <= world.height ? blockAt(height) : null),
    async listPayments({ first, last }, addresses) {
      const ours = world.paid.filter(
        ({ address, height }) => addresses.has(address) && height >= first && height <= last,
      );
      return ours.map(({ height, ...payment }) => ({ ...payment, block: blockAt(height) }));
    },
    listPending: async () => [],
    settledHeight: async ({ height }, dollars) => height + 1 - (dollars < 100n * DOLLAR ? 2 : 6),
    getBalance: async () => 0n,
    prepareBatch: refuse,
    readSigned: async () => null,
    broadcast: refuse,
    getTransaction: async () => null,
  };
  const treasury: Treasury = {
    providers: new Map([[id, chainProvider(chain, leastOnChain.other)]]),
    chains: new Map([[id, chain]]),
    priceOf: async () => DOLLAR,
    sealer: createSealer(['a key for tests that is long enough']),
    publicUrl: 'https://broker.example',
  };
  const follow = () => followChain(treasury, { chain, at: new Date() });
  const mine = (blocks: number) => Object.assign(world, { height: world.height + blocks });
  const pay = (address: string, amount: bigint) => {
    mine(1);
    world.paid.push({ id: randomUUID(), address, amount, height: world.height });
  };
  return { chain, treasury, world, follow, mine, pay };
}

async function openTopUp({ treasury, chain }: ReturnType<typeof scriptedChain>) {
  const userId = await makeUser();
  const wish = { userId, provider: chain.id, amount: 60n * DOLLAR, saveMethod: false, at: new Date() };
  const begun = await beginTopUp(treasury, wish);
  const [topUp] = await db
    .select()
    .from(topUps)
    .where(eq(topUps.id, begun.ok ? begun.value.id : ''));
  const balance = async () => (await getWallet(userId, new Date())).balance;
  const rounds = () =>
    db
      .select({ round: payments.round, reversedAt: payments.reversedAt })
      .from(payments)
      .where(eq(payments.topUpId, topUp?.id ?? ''));
  return { address: topUp?.reference ?? '', balance, rounds };
}

test('a payment that is credited stays so while a second one to its address waits for more blocks', async () => {
  const scripted = scriptedChain();
  await scripted.follow();
  const { address, balance, rounds } = await openTopUp(scripted);
  scripted.pay(address, 60_000n);
  scripted.mine(1);
  await scripted.follow();
  expect(await balance()).toBe(60n * DOLLAR);

  scripted.pay(address, 60_000n);
  await scripted.follow();
  expect(await balance()).toBe(60n * DOLLAR);
  scripted.mine(5);
  await scripted.follow();
  expect(await balance()).toBe(120n * DOLLAR);
  expect(await rounds()).toEqual([
    { round: 1, reversedAt: null },
    { round: 1, reversedAt: null },
  ]);
});

test('a node that lags behind the one that was asked before takes nothing back', async () => {
  const scripted = scriptedChain();
  await scripted.follow();
  const { address, balance, rounds } = await openTopUp(scripted);
  scripted.pay(address, 60_000n);
  scripted.mine(1);
  await scripted.follow();
  for (const behind of [1, 3]) {
    scripted.mine(-behind);
    await scripted.follow();
    expect(await balance()).toBe(60n * DOLLAR);
    scripted.mine(behind);
  }
  await scripted.follow();
  expect(await rounds()).toEqual([{ round: 1, reversedAt: null }]);
});

test('a payment to an address that is younger than the question for the newest block is found', async () => {
  const scripted = scriptedChain();
  await scripted.follow();
  const late: Awaited<ReturnType<typeof openTopUp>>[] = [];
  scripted.world.asked = async () => {
    scripted.world.asked = async () => {};
    const topUp = await openTopUp(scripted);
    scripted.pay(topUp.address, 60_000n);
    late.push(topUp);
  };
  await scripted.follow();
  scripted.mine(1);
  await scripted.follow();
  expect(await late[0]?.balance()).toBe(60n * DOLLAR);
});
