import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { bitcoinChain } from './bitcoin.ts';
import { bitcoinNode, getFeeRate } from './bitcoin-node.ts';
import { PaymentError } from './provider.ts';
import { makeBitcoinWallet } from './testing/bitcoin-wallet.ts';

// A real node of bcoin answers in bitcoin.test.ts; where Bitcoin Core says the same in other words, these are its words.
type Question = { method: string; params: unknown[]; id: number };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A node that answers each question of a list so; what was asked in each request is in `requests`. */
async function startCore(answer: (question: Question) => { result?: unknown; error?: { code: number } }) {
  const requests: Question[][] = [];
  const server = createServer(async (request, response) => {
    const questions: Question[] = JSON.parse(await text(request));
    requests.push(questions);
    const answers = questions.map((question) => ({ result: null, error: null, id: question.id, ...answer(question) }));
    response.end(JSON.stringify(request.headers.authorization === `Basic ${btoa('rpc:p@ss')}` ? answers : []));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const url = `http://rpc:p%40ss@127.0.0.1:${port}`;
  return { url, node: bitcoinNode(url), requests };
}

test.each([
  ['what Core estimates', { feerate: 0.00012, blocks: 6 }, 12n],
  ['a whole number, never less than the estimate', { feerate: 0.000101, blocks: 6 }, 11n],
  ['at most what anybody would pay on purpose', { feerate: 1, blocks: 6 }, 200n],
  ['the usual where Core has no estimate', { errors: ['Insufficient data or no feerate found'], blocks: 0 }, 10n],
  ['the usual where bcoin has no estimate', { fee: -1, blocks: 6 }, 10n],
])('a byte costs %s', async (_, result, rate) => {
  const { node } = await startCore(() => ({ result }));
  expect(await getFeeRate(node)).toBe(rate);
});

test('thousands of questions are asked in portions, and each gets its own answer', async () => {
  const { node, requests } = await startCore(({ params }) => ({ result: params[0] }));
  const calls = Array.from({ length: 1050 }, (_, at) => ({ method: 'gettxout', params: [at] }));
  expect(await node.findAll(z.number(), calls)).toEqual(calls.map(({ params }) => params[0]));
  expect(Math.max(...requests.map((questions) => questions.length))).toBe(100);
});

test('what a node does not have is nothing, and where it must have it, a failure', async () => {
  const { node } = await startCore(({ params }) => ({ error: { code: Number(params[0]) } }));
  for (const code of [-1, -5, -8]) expect(await node.find(z.string(), 'getblockhash', code)).toBeNull();
  await expect(node.get(z.string(), 'getblockhash', -8)).rejects.toThrow(PaymentError);
});

test('a node that is not ready, or answers in another form, is never taken for one that has nothing', async () => {
  const starting = await startCore(() => ({ error: { code: -28 } }));
  await expect(starting.node.find(z.string(), 'getblockhash', 1)).rejects.toMatchObject({ failure: 'notDone' });
  const strange = await startCore(() => ({ result: { hash: 'none' } }));
  await expect(strange.node.find(z.string(), 'getblockhash', 1)).rejects.toMatchObject({ failure: 'unknown' });
});

test('a transaction in a block that the chain has dropped is in none, though Core remembers which it was', async () => {
  const { url } = await startCore(() => ({ result: { blockhash: 'ab'.repeat(32), confirmations: 0 } }));
  const { xpub } = makeBitcoinWallet();
  const chain = bitcoinChain({ url, xpub, network: 'regtest' });
  expect(await chain.getTransaction('cd'.repeat(32))).toEqual({ block: null, failed: false });
});
