import { z } from 'zod';
import { ask } from './http.ts';
import { PaymentError } from './provider.ts';

/** One question to a Bitcoin node. */
export type Call = { method: string; params: unknown[] };

/** A Bitcoin node, as far as it is asked over JSON-RPC; Bitcoin Core and bcoin answer all of this alike. */
export type BitcoinNode = ReturnType<typeof bitcoinNode>;

const replies = z.array(z.object({ result: z.unknown(), error: z.object({ code: z.number() }).nullish() }));
type Reply = z.infer<typeof replies>[number];

/** How the nodes say that they do not have what was asked for: Core by its kind, bcoin by a code for everything. */
const notFound = [-1, -5, -8];

const CALLS_AT_ONCE = 100;

/** What a virtual byte costs, in satoshi: where the node has no estimate, and at most, whatever it says. */
const FEE_RATE = { fallback: 10, most: 200, blocks: 6 };

/** A node at `http://user:password@host:port`. Each method fails with PaymentError where the node does. */
export function bitcoinNode(address: string) {
  const { username, password, origin, pathname } = new URL(address);
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const headers = { 'content-type': 'application/json', authorization: `Basic ${credentials.toString('base64')}` };

  /** Core answers a failed single call with status 500 and a failed call of a list with 200, so all calls are lists. */
  async function send(calls: Call[]): Promise<Reply[]> {
    const body = JSON.stringify(calls.map((call, id) => ({ jsonrpc: '1.0', id, ...call })));
    const answer = await ask('btc', origin + pathname, { method: 'POST', headers, body });
    const { success, data } = replies.safeParse(answer.body);
    if (!success || data.length !== calls.length)
      throw new PaymentError('btc', `the node answered ${answer.status}, and not in its protocol`, 'unknown');
    return data;
  }

  /** What the node has to each call, null where it has nothing. */
  async function findAll<Result>(result: z.ZodType<Result>, calls: Call[]): Promise<(Result | null)[]> {
    const found: (Result | null)[] = [];
    for (let at = 0; at < calls.length; at += CALLS_AT_ONCE)
      for (const reply of await send(calls.slice(at, at + CALLS_AT_ONCE))) found.push(read(result, reply));
    return found;
  }

  async function find<Result>(result: z.ZodType<Result>, method: string, ...params: unknown[]): Promise<Result | null> {
    const [found = null] = await findAll(result, [{ method, params }]);
    return found;
  }

  /** Like `find`, where the node must have an answer. */
  async function get<Result>(result: z.ZodType<Result>, method: string, ...params: unknown[]): Promise<Result> {
    const found = await find(result, method, ...params);
    if (found === null) throw new PaymentError('btc', `the node has no answer to ${method}`, 'notDone');
    return found;
  }

  return { find, findAll, get, send };
}

function read<Result>(result: z.ZodType<Result>, { result: given, error }: Reply): Result | null {
  if (error && !notFound.includes(error.code))
    throw new PaymentError('btc', `the node refused a question (${error.code})`, 'notDone');
  if (error || given === null) return null;
  const { success, data } = result.safeParse(given);
  if (!success) throw new PaymentError('btc', 'the node answered in another form than nodes do', 'unknown');
  return data;
}

/** What a virtual byte costs now, in satoshi. */
export async function getFeeRate(node: BitcoinNode): Promise<bigint> {
  // In bitcoin for a thousand of them: Core calls it `feerate`, bcoin `fee`; less than nothing means no estimate.
  const estimate = z.object({ feerate: z.number().optional(), fee: z.number().optional() });
  const { feerate, fee } = await node.get(estimate, 'estimatesmartfee', FEE_RATE.blocks);
  const rate = Math.ceil(Number(((feerate ?? fee ?? -1) * 100_000).toFixed(3)));
  return BigInt(rate > 0 ? Math.min(rate, FEE_RATE.most) : FEE_RATE.fallback);
}
