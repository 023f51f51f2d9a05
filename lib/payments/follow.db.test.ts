import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { deposits } from '#db/schema/chains';
import { payments, topUps } from '#db/schema/payments';
import { getWallet } from '../ledger/balances.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { makeUser } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { createSealer } from '../secrets.ts';
import { beginTopUp } from '../top-ups/commands.ts';
import { bitcoinChain } from './bitcoin.ts';
import type { Chain } from './chain.ts';
import { chainProvider, leastOnChain } from './chain-provider.ts';
import { evmChain } from './evm.ts';
import { followChain } from './follow.ts';
import type { Treasury } from './registry.ts';
import { startAnvil } from './testing/anvil.ts';
import { makeBitcoinWallet } from './testing/bitcoin-wallet.ts';
import { makeEvmWallet } from './testing/evm-wallet.ts';
import { startRegtest } from './testing/regtest.ts';

type Network = {
  chain: Chain;
  /** What a whole coin is worth, in micro-dollars. */
  price: bigint;
  pay(address: string, amount: bigint): Promise<unknown>;
  mine(blocks: number): Promise<unknown>;
  /** Drops the last blocks; the answer announces their payments again. */
  reorganise(blocks: number): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

async function openBitcoin(): Promise<Network> {
  const node = await startRegtest();
  const chain = bitcoinChain({ url: node.url, xpub: makeBitcoinWallet().xpub, network: 'regtest' });
  return { ...node, chain, price: 60_000n * DOLLAR };
}

async function openUsdc(): Promise<Network> {
  const chainId = 8453;
  const anvil = await startAnvil({ chainId });
  const token = await anvil.deployToken();
  const coin = { chainId, name: 'USDC on Base', currency: 'USDC', decimals: 6, confirmations: 2, depth: 20 };
  const chain = evmChain({ ...coin, url: anvil.url, token: token.address }, makeEvmWallet().xpub);
  return { ...anvil, chain, pay: token.pay, reorganise: anvil.reorg, price: DOLLAR };
}

const open: Record<string, () => Promise<Network>> = { Bitcoin: openBitcoin, USDC: openUsdc };
const networks = new Map<string, Network>();
const later = (minutes: number) => new Date(Date.now() + minutes * 60_000);

beforeAll(async () => {
  for (const [name, start] of Object.entries(open)) networks.set(name, await start());
});
afterAll(async () => {
  for (const { close } of networks.values()) await close();
});

async function newest(chain: Chain, address: string) {
  const { height } = await chain.getHead();
  return chain.listPayments({ first: Math.max(0, height - 8), last: height }, new Set([address]));
}

/** A person who is about to pay $50 on a chain. */
async function payer(name: string, more: { price?: bigint } = {}) {
  const network = networks.get(name);
  if (!network) throw new RangeError(name);
  const { chain } = network;
  const market = { price: more.price ?? network.price };
  const treasury: Treasury = {
    providers: new Map([[chain.id, chainProvider(chain, leastOnChain.other)]]),
    chains: new Map([[chain.id, chain]]),
    priceOf: async () => market.price,
    sealer: createSealer(['a key for tests that is long enough']),
    publicUrl: 'https://broker.example',
  };
  const follow = (at = new Date()) => followChain(treasury, { chain, at });
  await follow();
  const userId = await makeUser();
  const wish = { userId, provider: chain.id, amount: 50n * DOLLAR, saveMethod: false, at: new Date() };
  const begun = await beginTopUp(treasury, wish);
  const topUpId = begun.ok ? begun.value.id : '';
  const topUp = async () => {
    const [row] = await db.select().from(topUps).where(eq(topUps.id, topUpId));
    if (!row?.reference || row.quoteAmount === null) throw new RangeError(topUpId);
    return { ...row, address: row.reference, quoteAmount: row.quoteAmount };
  };
  const standing = async () => [(await topUp()).state, (await getWallet(userId, new Date())).balance];
  return { ...network, follow, topUp, standing, market, topUpId };
}

const broken = async () => (await checkInvariants()).filter(({ ok }) => !ok);

test.each(Object.keys(open))(
  '%s: a payment is seen, waits for its confirmations and is worth its locked price',
  async (name) => {
    const { pay, mine, follow, topUp, standing, market } = await payer(name);
    const { address, quoteAmount } = await topUp();
    await pay(address, quoteAmount);
    await mine(1);
    await follow();
    expect(await standing()).toEqual(['processing', 0n]);
    market.price /= 2n;
    await mine(6);
    for (const _ of [1, 2]) await follow();
    expect(await standing()).toEqual(['succeeded', 50n * DOLLAR]);
    expect(await broken()).toEqual([]);
  },
);

test.each(Object.keys(open))(
  '%s: a reorganisation takes the money back, and its return brings it once',
  async (name) => {
    const { pay, mine, reorganise, follow, topUp, standing, topUpId } = await payer(name);
    const { address, quoteAmount } = await topUp();
    await pay(address, quoteAmount);
    await mine(7);
    await follow();
    expect(await standing()).toEqual(['succeeded', 50n * DOLLAR]);

    const announceAgain = await reorganise(7);
    await follow();
    expect(await standing()).toEqual(['reorged', 0n]);
    await announceAgain();
    await mine(8);
    for (const _ of [1, 2]) await follow();
    expect(await standing()).toEqual(['succeeded', 50n * DOLLAR]);
    expect(await db.select().from(payments).where(eq(payments.topUpId, topUpId))).toMatchObject([{ round: 2 }]);
    expect(await broken()).toEqual([]);
  },
);

test.each(Object.keys(open))('%s: who pays less, more or twice gets what it was worth', async (name) => {
  const { pay, mine, follow, topUp, standing } = await payer(name);
  const { address, quoteAmount } = await topUp();
  await pay(address, quoteAmount / 2n);
  await pay(address, quoteAmount);
  await mine(7);
  await follow();
  const worth = ((quoteAmount / 2n + quoteAmount) * 50n * DOLLAR) / quoteAmount;
  const [state, balance] = await standing();
  expect(state).toBe('succeeded');
  expect(Number(worth - (balance as bigint))).toBeLessThan(3);
  expect(await broken()).toEqual([]);
});

test.each(Object.keys(open))(
  '%s: who pays after the price ran out gets the price of then, also once the top-up has expired',
  async (name) => {
    const { pay, mine, follow, topUp, standing, market, topUpId } = await payer(name);
    const { address, quoteAmount } = await topUp();
    await db
      .update(topUps)
      .set({ quotedUntil: later(-60), state: 'expired' })
      .where(eq(topUps.id, topUpId));
    market.price *= 2n;
    await pay(address, quoteAmount);
    await mine(7);
    await follow();
    const [state, balance] = await standing();
    expect(state).toBe('succeeded');
    expect(Number(100n * DOLLAR - (balance as bigint))).toBeLessThan(1000);
  },
);

test.each(Object.keys(open))('%s: a broker that was away for many blocks misses nothing', async (name) => {
  const [first, second] = [await payer(name), await payer(name)];
  for (const { pay, topUp, mine } of [first, second]) {
    await pay((await topUp()).address, (await topUp()).quoteAmount);
    await mine(150);
  }
  await first.follow();
  expect(await first.standing()).toEqual(['succeeded', 50n * DOLLAR]);
  expect(await second.standing()).toEqual(['succeeded', 50n * DOLLAR]);
});

test.each(Object.keys(open))(
  '%s: a payment that waits for hours to be taken is worth the price of then',
  async (name) => {
    const { pay, mine, follow, topUp, standing, market, topUpId, chain } = await payer(name);
    const { address, quoteAmount } = await topUp();
    // Somebody offers the chain next to nothing, sees to it that we have seen it, and waits for another price.
    const waiting = { chain: chain.id, reference: 'to be taken', address, amount: quoteAmount, seenAt: later(-180) };
    await pay(address, quoteAmount);
    await mine(7);
    const [{ id: reference } = { id: '' }] = await newest(chain, address);
    await db.insert(deposits).values({ ...waiting, reference });
    await db
      .update(topUps)
      .set({ quotedUntil: later(-170) })
      .where(eq(topUps.id, topUpId));
    market.price /= 2n;
    await follow();
    const [state, balance] = await standing();
    expect([state, Math.round(Number(balance) / 10_000)]).toEqual(['succeeded', 2500]);
  },
);
