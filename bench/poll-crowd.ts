import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { openChanges } from '../db/changes.ts';
import { pool } from '../db/client.ts';
import { webConfig } from '../lib/config/web.ts';
import { contract } from '../lib/contracts/agreement.ts';
import { invariant } from '../lib/errors.ts';
import { AGENT_PROTOCOL, type AgentOrder, type AgentReport, POLL_SECONDS } from '../lib/protocol/agent.ts';
import { rentDevice } from '../lib/rentals/commands.ts';
import { createSealer } from '../lib/secrets.ts';
import type { Figure } from './figure.ts';
import { quantile } from './quantiles.ts';

const ORDERS = 200;
const RENTERS = 4;

// Plays thousands of agents against the web process of the pid given, rents some of their devices, prints figures.
const [url = '', pid = '', count = '0'] = process.argv.slice(2);
const agents = Number(count);
const connections = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const stopping = new AbortController();
const answers = { given: 0, failed: 0, late: 0 };
/** Who waits for the next order of an agent, by its number. */
const awaited = new Map<number, (order: AgentOrder) => void>();

const idle = await residentMegabytes();
const crowd = await gather();
await sleep(2 * POLL_SECONDS * 1000);
const { asked, committed } = await rentSome();
const peak = await residentMegabytes('VmHWM');
const notified = await timeNotifications();
stopping.abort();
connections.destroy();
await Promise.all(crowd);
await pool.end();

const perPoll = `one idle (${idle.toFixed(0)} MB)`;
const bare = quantile(notified, 0.95);
const orderFigure = (name: string, times: number[], share: number, target: Figure['target']): Figure => ({
  name: `${ORDERS} orders, ${name}, ${share * 100} %`,
  value: quantile(times, share),
  unit: 'ms',
  comparedWith: `a bare NOTIFY to its listener, 95 % (${bare.toFixed(1)} ms)`,
  ratio: quantile(times, share) / bare,
  target,
});
const figures: Figure[] = [
  {
    name: `${agents} agents, resident memory at its highest`,
    value: peak,
    unit: 'MB',
    comparedWith: perPoll,
    ratio: peak / idle,
    target: { most: 600 },
  },
  {
    name: 'polls that the broker could not answer',
    value: answers.failed,
    unit: '',
    comparedWith: `${answers.given} answered`,
    target: { most: 0 },
  },
  {
    name: 'devices that seemed offline, though their agents polled',
    value: answers.late,
    unit: '',
    comparedWith: `${ORDERS} to be rented`,
    target: { most: 0 },
  },
  orderFigure('commit until the agent has it', committed, 0.5, null),
  orderFigure('commit until the agent has it', committed, 0.95, { most: 250 }),
  orderFigure('the same with the renting itself', asked, 0.95, null),
];
process.stdout.write(JSON.stringify(figures));

/** Lets all agents begin, spread over one long poll as agents that began at any time are; resolves when they have. */
async function gather(): Promise<Promise<void>[]> {
  const all: Promise<void>[] = [];
  for (let number = 1; number <= agents; number++) {
    all.push(keepPolling(number));
    await sleep((POLL_SECONDS * 1000) / agents);
  }
  return all;
}

async function keepPolling(number: number) {
  let orderSeen: string | null = null;
  while (!stopping.signal.aborted) {
    const order: AgentOrder | null = await poll(number, orderSeen).catch(endOnlyWhenStopping);
    if (!order) {
      await sleep(1000 + 4000 * Math.random(), undefined, { signal: stopping.signal }).catch(() => {});
      continue;
    }
    if (order.version !== orderSeen) awaited.get(number)?.(order);
    orderSeen = order.version;
  }
}

function endOnlyWhenStopping(error: unknown): null {
  if (stopping.signal.aborted) return null;
  throw error;
}

/** The device's order, or null when the broker could not answer: an agent then tries again a little later. */
function poll(number: number, orderSeen: string | null): Promise<AgentOrder | null> {
  const silent = { environment: null, verification: null, wipe: null, metrics: null, tunnelProblem: null };
  const report: AgentReport = { protocol: AGENT_PROTOCOL, program: '0.1.0', orderSeen, tunnelUp: true, ...silent };
  const headers = { authorization: `Bearer agent-${number}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, agent: connections, signal: stopping.signal };
    const call = request(`${url}/api/agent/v1/poll`, options, async (response) => {
      try {
        const text = (await response.toArray()).join('');
        answers[response.statusCode === 200 ? 'given' : 'failed']++;
        resolve(response.statusCode === 200 ? JSON.parse(text) : null);
      } catch (error) {
        reject(error);
      }
    });
    call.once('error', reject);
    call.end(JSON.stringify(report));
  });
}

/** Rents devices, a few renters at a time, and takes the time until the device's agent knows. */
async function rentSome(): Promise<{ asked: number[]; committed: number[] }> {
  const numbers = Array.from({ length: ORDERS }, (_, index) => 1 + Math.floor((index * agents) / ORDERS));
  const times = { asked: [] as number[], committed: [] as number[] };
  const rentAll = async () => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
      const order = await rent(number);
      if (!order) continue;
      const { ask, commit, arrive } = order;
      times.asked.push(arrive - ask);
      times.committed.push(Math.max(0, arrive - commit));
    }
  };
  await Promise.all(Array.from({ length: RENTERS }, rentAll));
  return times;
}

async function rent(number: number) {
  const hash = `encode(sha256('agent-${number}'), 'hex')`;
  const { rows } = await pool.query(`select id, rate, (select id from users where is_admin) as renter_id
    from devices where token_hash = ${hash}`);
  const [{ id: deviceId, rate, renter_id: renterId }] = rows;
  const arrived = new Promise<number>((resolve) => awaited.set(number, () => resolve(performance.now())));

  const sealer = createSealer(webConfig().BROKER_SECRETS);
  const ask = performance.now();
  const agreed = { contractHash: contract.hash, rate: BigInt(rate) };
  const outcome = await rentDevice({ deviceId, renterId, ...agreed, at: new Date(), sealer });
  const commit = performance.now();
  if (!outcome.ok) {
    // The broker has not heard the agent for so long that its device left the market.
    invariant(outcome.reason === 'notOnMarket', `renting failed: ${outcome.reason}`);
    answers.late++;
    return null;
  }
  return { ask, commit, arrive: await arrived };
}

/** How long a notification takes to its listener when nothing else is done about it. */
async function timeNotifications(): Promise<number[]> {
  const changes = openChanges();
  const times: number[] = [];
  await sleep(500);
  for (let round = 0; round < ORDERS; round++) {
    const heard = Promise.withResolvers<void>();
    const unsubscribe = changes.subscribe('mail', 'none', () => heard.resolve());
    const begun = performance.now();
    await pool.query(`select pg_notify('mail', 'none')`);
    await heard.promise;
    times.push(performance.now() - begun);
    unsubscribe();
  }
  await changes.close();
  return times;
}

async function residentMegabytes(field: 'VmRSS' | 'VmHWM' = 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1000;
}
