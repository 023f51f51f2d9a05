import { createHash } from 'node:crypto';
import type { Logger } from '#lib/process/log';
import { AGENT_PROTOCOL, type AgentReport } from '#lib/protocol/agent';
import { type Broker, Refusal } from './broker.ts';
import { PROGRAM } from './config.ts';
import type { Facts } from './facts.ts';
import { machine } from './hardware.ts';
import { measureMetrics } from './metrics.ts';
import type { Orders } from './orders.ts';
import { Problem, sentenceOf } from './problem.ts';
import { type State, tunnelPublicKey } from './state.ts';

type Parts = { broker: Broker; state: State; log: Logger };
type Polling = Parts & { orders: Orders; facts: Facts };
type Keeping = Polling & { ownerKey: string | undefined };

const mostWaitSeconds = 30;
const refusedWaitSeconds = 60;

/** Makes this device known, then keeps one long poll open, until `signal`; news of our own cut it short. */
export async function keepPolling({ ownerKey, ...parts }: Keeping, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      const token = await registerOnce(ownerKey, parts);
      const order = await pollOnce(parts, token, signal);
      failures = 0;
      if (order) await parts.orders.take(order);
    } catch (error) {
      if (signal.aborted) return;
      parts.log.warn(
        { problem: sentenceOf(error), refused: error instanceof Refusal },
        'broker did not answer as hoped',
      );
      const patience = AbortSignal.timeout(1000 * waitSeconds(error, failures++));
      // News, such as a tunnel that is back, hint that the broker can be reached again.
      await parts.facts.changedFrom(parts.facts.read(), AbortSignal.any([signal, patience]));
    }
  }
}

/** The device's token: the stored one, or that of a registration when the owner gave a key that is new to us. */
export async function registerOnce(ownerKey: string | undefined, { broker, state, log }: Parts): Promise<string> {
  const known = state.read('identity');
  const keyHash = createHash('sha256')
    .update(ownerKey ?? '')
    .digest('hex');
  if (known && (!ownerKey || known.keyHash === keyHash)) return known.deviceToken;
  if (!ownerKey) throw new Problem('This device is not registered and was given no key: set RPIBROKER_KEY.');
  const tunnelKey = await tunnelPublicKey(state);
  const request = {
    protocol: AGENT_PROTOCOL,
    program: PROGRAM,
    key: ownerKey,
    tunnelPublicKey: tunnelKey,
    ...machine(),
  };
  const identity = await broker.register(request).catch((error: unknown) => {
    // An old command was pasted again: the key says nothing new, and we stay who we were.
    if (known && error instanceof Refusal && error.final) return known;
    throw error;
  });
  await state.write('identity', { ...identity, keyHash });
  log.info({ device: identity.deviceId }, 'registered');
  return identity.deviceToken;
}

/** One poll: an order, or null when something here changed that the broker should hear of first. */
async function pollOnce({ broker, state, orders, facts }: Polling, token: string, signal: AbortSignal) {
  const known = facts.read();
  const report: AgentReport = {
    protocol: AGENT_PROTOCOL,
    program: PROGRAM,
    orderSeen: orders.last.read()?.version ?? null,
    ...known,
    metrics: await measureMetrics(state.folder),
  };
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const answer = broker.poll(report, token, either);
  try {
    return await Promise.race([answer, facts.changedFrom(known, either).then(() => null)]);
  } finally {
    answer.catch(() => {});
    over.abort();
  }
}

/** A refusal that another try cannot mend is asked about rarely: its cause is a person's decision. */
export function waitSeconds(error: unknown, failures: number, chance = Math.random()): number {
  if (error instanceof Refusal && error.final) return refusedWaitSeconds;
  return Math.min(mostWaitSeconds, 2 ** failures) * (0.5 + chance / 2);
}
