import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { p2wpkh, Transaction } from '@scure/btc-signer';
import { pubECDSA } from '@scure/btc-signer/utils.js';
import { z } from 'zod';
import { InvariantError, invariant } from '../../errors.ts';
import { networks } from '../bitcoin-account.ts';
import { readBlock, readTransaction } from '../bitcoin-block.ts';
import { bitcoinNode } from '../bitcoin-node.ts';

/** A Bitcoin network of one node on this machine, and a miner with coins to give away. */
export type Regtest = Awaited<ReturnType<typeof startRegtest>>;

/** From here on regtest knows segregated witnesses; by then over three hundred of the miner's coins can be spent. */
const SEGWIT_HEIGHT = 432;

const FEE = 10_000n;

/** How many blocks are asked for at once: of hundreds, a loaded machine does not answer before nobody waits any more. */
const STRIDE = 48;

const text = z.string();

/** Starts a real node (bcoin) in regtest, in memory and on loopback only, whose miner can pay. */
export async function startRegtest() {
  const program = await startProgram();
  const node = bitcoinNode(program.url);
  const key = randomBytes(32);
  // bcoin 1.0.2 is older than the prefix `bcrt`; scripts, all that the chain itself has, are the same.
  const { script, address: miner } = p2wpkh(pubECDSA(key), { ...networks.regtest, bech32: 'rb' });
  const coins: string[] = [];

  async function mine(blocks: number) {
    for (let left = blocks; left > 0; left -= STRIDE) {
      coins.push(...(await node.get(z.array(text), 'generatetoaddress', Math.min(left, STRIDE), miner)));
    }
  }

  /** Hands a raw transaction to the network. By this door of bcoin's the answer waits until it was checked. */
  async function announce(tx: string) {
    const body = JSON.stringify({ tx });
    await fetch(`${program.origin}/broadcast`, { method: 'POST', headers: program.headers, body });
    const held = await node.find(text, 'getrawtransaction', readTransaction(tx).id, false);
    invariant(held, 'the node refused a transaction');
  }

  /** Pays from the miner's oldest coin, which no reorganisation takes away, and answers the transaction's id. */
  async function pay(address: string, amount: bigint): Promise<string> {
    const [coinbase] = readBlock(await node.get(text, 'getblock', coins.shift(), false)).transactions;
    const value = coinbase?.outputs[0]?.amount ?? 0n;
    const spend = new Transaction();
    spend.addInput({ txid: coinbase?.id ?? '', index: 0, witnessUtxo: { script, amount: value } });
    spend.addOutputAddress(address, amount, networks.regtest);
    spend.addOutput({ script, amount: value - amount - FEE });
    spend.sign(key);
    spend.finalize();
    await announce(spend.hex);
    return spend.id;
  }

  /** The last blocks give way to a longer branch without their payments; the answer announces those again. */
  async function reorganise(blocks: number): Promise<() => Promise<void>> {
    const dropped = coins.splice(-blocks);
    const payments: string[] = [];
    for (const hash of dropped) {
      const { tx } = await node.get(z.object({ tx: z.array(text) }), 'getblock', hash, true);
      for (const id of tx.slice(1)) payments.push(await node.get(text, 'getrawtransaction', id, false));
    }
    await node.find(z.null(), 'invalidateblock', dropped[0]);
    await mine(blocks + 1);
    return async () => {
      for (const raw of payments) await announce(raw);
    };
  }

  await mine(SEGWIT_HEIGHT);
  return { url: program.url, mine, pay, announce, reorganise, close: program.close };
}

/** The node in a process of its own; it finds a free port itself and tells which. */
async function startProgram() {
  const apiKey = randomBytes(16).toString('hex');
  const program = join(createRequire(import.meta.url).resolve('bcoin/package.json'), '../bin/node');
  const options = {
    network: 'regtest',
    prefix: join(tmpdir(), 'rpibroker-regtest'), // in memory it writes none; else it would read its owner's settings
    memory: true,
    'http-host': '127.0.0.1',
    'http-port': 0,
    'api-key': apiKey,
    'index-tx': true,
    'no-wallet': true,
    listen: false,
    workers: false,
    'log-file': false,
    'log-level': 'info',
  };
  const child = spawn(
    process.execPath,
    [program, ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)],
    { env: { ...process.env, NODE_BACKEND: 'js' }, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  const origin = `127.0.0.1:${await portIn(child.stdout)}`;
  return {
    url: `http://x:${apiKey}@${origin}`,
    origin: `http://${origin}`,
    headers: { authorization: `Basic ${Buffer.from(`x:${apiKey}`).toString('base64')}` },
    async close() {
      process.off('exit', kill);
      const ended = once(child, 'exit');
      kill();
      await ended;
    },
  };
}

/** The port that the node names in its log, once it has started; the log is read on, so that the node is never held up. */
async function portIn(log: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input: log });
  return new Promise((resolve, reject) => {
    lines.once('close', () => reject(new InvariantError('the node ended before it listened')));
    let port = '';
    lines.on('line', (line) => {
      port ||= /HTTP server listening .*port=(\d+)/.exec(line)?.[1] ?? '';
      if (line.includes('Node is loaded')) resolve(port);
    });
  });
}
