import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Chain } from './chain.ts';
import { evmChain } from './evm.ts';
import { PaymentError } from './provider.ts';
import { type Anvil, startAnvil, type Token } from './testing/anvil.ts';
import { makeEvmWallet } from './testing/evm-wallet.ts';
import { type FakeAnswer, serveFake } from './testing/fake-server.ts';

type Call = { id: number; method: string; params: { fromBlock: string; toBlock: string }[] };

/** A company in front of a real node: it asks for more than the node does, and notes what it was asked. */
let company: Awaited<ReturnType<typeof serveFake>>;
let node: Anvil;
let token: Token;
let chain: Chain;
let calls: Call[];
let refuse: (call: Call) => FakeAnswer | null;

beforeAll(async () => {
  node = await startAnvil();
  token = await node.deployToken();
  company = await serveFake(async ({ body }) => {
    const asked: Call[] = [JSON.parse(body)].flat();
    calls.push(...asked);
    const refusal = asked.map(refuse).find((answer) => answer !== null);
    return refusal ?? { status: 200, json: await forward(body) };
  });
}, 60_000);
afterAll(async () => {
  await company?.close();
  await node?.close();
});

beforeEach(() => {
  calls = [];
  refuse = () => null;
  const coin = { chainId: node.chainId, name: 'USDC', currency: 'USDC', decimals: 6, token: token.address };
  chain = evmChain({ ...coin, url: `${company.url}/v2/secret-key` }, makeEvmWallet().xpub);
});

async function forward(body: string): Promise<unknown> {
  const response = await fetch(node.url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  return response.json();
}

const spanOf = ({ params: [filter] }: Call) => Number(filter?.toBlock) - Number(filter?.fromBlock) + 1;
const isLogs = ({ method }: Call) => method === 'eth_getLogs';

test.each<[string, (call: Call) => FakeAnswer]>([
  [
    'an error',
    ({ id }) => ({ status: 200, json: [{ jsonrpc: '2.0', id, error: { code: -32005, message: 'too many' } }] }),
  ],
  ['a bad request', () => ({ status: 400, json: { error: 'range' } })],
])('a node that answers large questions with %s is asked smaller ones', async (_, limit) => {
  const address = chain.addressAt(0);
  const { height } = await chain.getHead();
  for (let paid = 0; paid < 3; paid++) {
    await token.pay(address, 1_000_000n);
    await node.mine(20);
  }
  refuse = (call) => (isLogs(call) && spanOf(call) > 10 ? limit(call) : null);
  const found = await chain.listPayments({ first: height + 1, last: height + 60 }, new Set([address]));
  expect(found.map(({ block }) => block.height - height)).toEqual([1, 21, 41]);
  expect(Math.max(...calls.filter(isLogs).map(spanOf))).toBe(60);
});

test('a node that refuses every question is not asked for ever', async () => {
  const error = { code: -32603, message: 'internal' };
  refuse = (call) => (isLogs(call) ? { status: 200, json: [{ jsonrpc: '2.0', id: call.id, error }] } : null);
  const { height } = await chain.getHead();
  const addresses = new Set([chain.addressAt(0)]);
  await expect(chain.listPayments({ first: 1, last: height }, addresses)).rejects.toThrow(PaymentError);
  expect(calls.filter(isLogs).length).toBeLessThan(30);
});

test('a node that lags behind does not make payments go unseen', async () => {
  const { height } = await chain.getHead();
  const answer = (id: number, result: unknown) => ({ jsonrpc: '2.0', id, result });
  refuse = (call) => (isLogs(call) ? { status: 200, json: [answer(call.id, []), answer(call.id + 1, null)] } : null);
  const addresses = new Set([chain.addressAt(0)]);
  await expect(chain.listPayments({ first: height, last: height }, addresses)).rejects.toThrow(PaymentError);
});

test.each<[string, FakeAnswer, string]>([
  ['refuses our key', { status: 401, json: {} }, 'misconfigured'],
  ['is too busy', { status: 429, json: {} }, 'notDone'],
  ['is broken', { status: 502, json: {} }, 'unknown'],
  ['hangs up', 'hangUp', 'unknown'],
])('a node that %s leaves an error that says so and keeps the key', async (_, answer, failure) => {
  refuse = () => answer;
  const error = await chain.getHead().catch((cause: unknown) => cause);
  expect(error).toMatchObject({ name: 'UpstreamError', service: `evm:${node.chainId}:usdc`, failure });
  expect(`${(error as PaymentError).stack} ${(error as PaymentError).cause}`).not.toContain('secret-key');
  refuse = () => null;
  expect(await chain.getHead()).toMatchObject({ height: expect.any(Number) });
});

test('the chain and the token are checked once, before the first answer counts', async () => {
  await chain.getHead();
  await chain.getHead();
  expect(calls.map(({ method }) => method)).toEqual([
    'eth_chainId',
    'eth_call',
    'eth_getBlockByNumber',
    'eth_getBlockByNumber',
  ]);
});
