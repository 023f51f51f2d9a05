import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../lib/process/log.ts';
import type { AgentOrder } from '../lib/protocol/agent.ts';
import { createBroker } from './broker.ts';
import { createCell } from './cell.ts';
import { connectEnvironments } from './docker.ts';
import { createFacts } from './facts.ts';
import { keepReconciling, waitMs } from './reconcile.ts';
import { openState } from './state.ts';

const ids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const;
const seccompFile = join(import.meta.dirname, 'seccomp.json');

/** A device that is asked to serve rentals with more disk than any machine has, and what it says each time. */
async function deviceTooSmall() {
  const folder = await mkdtemp(join(tmpdir(), 'rpibroker-state-'));
  const orders = createCell<AgentOrder | null>(null);
  const facts = createFacts({ verification: null, wipe: null });
  const [broker, environments] = [createBroker('http://127.0.0.1:9'), connectEnvironments(seccompFile)];
  const parts = { state: openState(folder), broker, environments };
  const stopping = new AbortController();
  const ended = keepReconciling({ orders, facts, parts, log: createLog('agent', 'silent') }, stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await ended;
    await rm(folder, { recursive: true });
  });
  return async (rentalId: string, gigabytes: number) => {
    orders.write(orderFor(rentalId, gigabytes));
    const patience = AbortSignal.timeout(5000);
    for (let known = facts.read(); !patience.aborted; known = facts.read()) {
      const { environment } = known;
      if (environment?.id === rentalId && environment.problem?.includes(`offers ${gigabytes} GB`))
        return environment.state;
      await facts.changedFrom(known, patience);
    }
    return 'silent';
  };
}

function orderFor(rentalId: string, diskGigabytes: number): AgentOrder {
  const tunnel = { host: 'relay.test', port: 2222, user: 'tunnel', hostKey: 'ssh-ed25519 AAAA', address: '127.64.0.7' };
  const image = { reference: 'environment:1', path: '/images/e.tar', sha256: 'a'.repeat(64), bytes: 1 };
  const environment = { id: rentalId, name: 'amber-otter', password: 'secret', authorizedKeys: [] };
  const task = { kind: 'serve', environment, paused: false } as const;
  return { version: `${rentalId} ${diskGigabytes}`, tunnel, diskGigabytes, image, task };
}

test('a step that fails once or twice costs nobody the rental, the third time it is told', async () => {
  const tryWith = await deviceTooSmall();
  expect(await tryWith(ids[0], 99_997)).toBe('preparing');
  expect(await tryWith(ids[0], 99_998)).toBe('preparing');
  expect(await tryWith(ids[0], 99_999)).toBe('failed');
});

test('a new order begins with an empty journal', async () => {
  const tryWith = await deviceTooSmall();
  for (const gigabytes of [99_996, 99_997, 99_998]) await tryWith(ids[0], gigabytes);
  expect(await tryWith(ids[1], 99_999)).toBe('preparing');
});

test('failures wait longer, half a minute at most', () => {
  const waits = [1, 2, 3, 5, 6, 20].map(waitMs);
  expect(waits).toEqual([1000, 2000, 4000, 16_000, 30_000, 30_000]);
});
