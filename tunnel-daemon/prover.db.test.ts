import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { eq } from 'drizzle-orm';
import ssh2 from 'ssh2';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { db } from '#db/client';
import { proofIntervals, rentalEvents, rentals } from '#db/schema/rentals';
import { makeRental, makeUser } from '../lib/metering/testing.ts';
import { createLog } from '../lib/process/log.ts';
import type { RentalRoute } from '../lib/relays/queries.ts';
import { createProver } from './prover.ts';
import { eventually } from './testing.ts';

const stopping = new AbortController();
const closers: (() => void)[] = [() => stopping.abort()];
afterAll(() => {
  for (const close of closers) close();
});

afterEach(() => vi.useRealTimers());

const hostKey = ssh2.utils.generateKeyPairSync('ed25519');
const publicHalf = hostKey.public.split(' ').slice(0, 2).join(' ');

/** An environment's ssh server. */
async function environment(): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => client.on('error', () => {}));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A device that takes calls and never says a word, on one port for all its rentals. */
async function silentDevice() {
  const calls = new Set<Socket>();
  const server = createServer((socket) => calls.add(socket.on('error', () => {})));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => {
    for (const socket of calls) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, calls };
}

const begin = new Date('2026-11-01T00:00:00.000Z');

/** A clock that stands until it is told that ten seconds have passed. */
const quickClock = () => {
  const time = { seconds: 0 };
  return {
    pass: () => {
      time.seconds += 10;
    },
    now: () => new Date(begin.getTime() + time.seconds * 1000),
    compare: async () => {},
  };
};

async function rentalAt(port: number, state: RentalRoute['state'] = 'active'): Promise<RentalRoute> {
  const rentalId = await makeRental(await makeUser(), { state });
  await db.update(rentals).set({ stateSince: begin }).where(eq(rentals.id, rentalId));
  return { rentalId, state, name: 'a', port, address: '127.64.0.1', hostKey: publicHalf, tlsPassthrough: false };
}

const startProver = (clock = quickClock()) => {
  const prover = createProver({ host: '127.0.0.1', clock, log: createLog('daemon'), signal: stopping.signal });
  return { ...prover, clock };
};

const proofsOf = (rentalId: string) =>
  db.select().from(proofIntervals).where(eq(proofIntervals.rentalId, rentalId)).orderBy(proofIntervals.fromAt);

/** Lets rounds go by until a rental has so many stretches. */
const firstProofs = (prover: { round(): Promise<void> }, rentalId: string, stretches = 1) =>
  eventually(async () => {
    await prover.round();
    return (await proofsOf(rentalId)).length === stretches;
  }, 20);

test('devices that take calls and keep silent do not make the proofs of others late', async () => {
  const [port, lying] = [await environment(), await silentDevice()];
  const [live, prover] = [await rentalAt(port), startProver()];
  const fake = (number: number) => ({
    ...live,
    rentalId: `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`,
  });
  await prover.watch([live, ...Array.from({ length: 300 }, (_, number) => ({ ...fake(number), port: lying.port }))]);
  // From here on they are known to be silent.
  await eventually(async () => lying.calls.size >= 300, 20);
  for (const socket of lying.calls) socket.destroy();
  await firstProofs(prover, live.rentalId);

  const began = performance.now();
  for (let round = 0; round < 10; round++) {
    prover.clock.pass();
    await prover.round();
  }
  expect(performance.now() - began).toBeLessThan(5000);
  expect(await proofsOf(live.rentalId)).toMatchObject([{ fromAt: begin, toAt: prover.clock.now() }]);
});

test('an environment that shows another host key is told of and proves nothing', async () => {
  const [port, prover] = [await environment(), startProver()];
  const other = ssh2.utils.generateKeyPairSync('ed25519').public.split(' ').slice(0, 2).join(' ');
  const route = { ...(await rentalAt(port)), hostKey: other };
  await prover.watch([route]);
  const story = await eventually(async () => {
    const rows = await db.select().from(rentalEvents).where(eq(rentalEvents.rentalId, route.rentalId));
    return rows.length > 0 && rows;
  });
  for (let round = 0; round < 3; round++) await prover.round();
  expect(story.map(({ kind }) => kind)).toEqual(['hostKeyMismatch']);
  expect(await proofsOf(route.rentalId)).toEqual([]);
});

test('a rental that leaves the routes for a moment and comes back has two stretches, with nothing between', async () => {
  const [port, prover] = [await environment(), startProver()];
  const route = await rentalAt(port);
  await prover.watch([route]);
  await firstProofs(prover, route.rentalId);
  prover.clock.pass();
  await prover.round();
  await prover.watch([]);

  const resumedAt = new Date(prover.clock.now().getTime() + 1000);
  await db.update(rentals).set({ stateSince: resumedAt }).where(eq(rentals.id, route.rentalId));
  prover.clock.pass();
  await prover.watch([route]);
  await firstProofs(prover, route.rentalId, 2);
  prover.clock.pass();
  await prover.round();
  const shaken = (await proofsOf(route.rentalId)).map(({ fromAt, handshakeAt }) => [handshakeAt, fromAt]);
  for (const [handshakeAt, fromAt] of shaken) expect(handshakeAt).toEqual(fromAt);
  const spans = (await proofsOf(route.rentalId)).map(({ fromAt, toAt }) => (toAt.getTime() - fromAt.getTime()) / 1000);
  expect(spans).toEqual([10, 10]);
});

test('between five minutes and an hour after a handshake there is another, and nobody knows when', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const [port, prover] = [await environment(), startProver()];
  const route = await rentalAt(port);
  await prover.watch([route]);
  await firstProofs(prover, route.rentalId);
  const roundAfter = async (minutes: number) => {
    vi.advanceTimersByTime(minutes * 60_000);
    prover.clock.pass();
    await prover.round();
    return (await proofsOf(route.rentalId))[0]?.handshakeAt;
  };
  expect(await roundAfter(4.9)).toEqual(begin);
  expect(await roundAfter(55.2)).toEqual(prover.clock.now());
});

test('a daemon that takes over goes on with greetings, and with handshakes where nobody has proved for long', async () => {
  const [port, before] = [await environment(), startProver()];
  const [running, stale] = [await rentalAt(port), await rentalAt(port)];
  await before.watch([running, stale]);
  for (const { rentalId } of [running, stale]) await firstProofs(before, rentalId);
  const longAgo = new Date(begin.getTime() - 11 * 60_000);
  await db.update(rentals).set({ stateSince: longAgo }).where(eq(rentals.id, stale.rentalId));
  const old = { fromAt: longAgo, toAt: longAgo, handshakeAt: longAgo };
  await db.update(proofIntervals).set(old).where(eq(proofIntervals.rentalId, stale.rentalId));

  before.clock.pass();
  const next = startProver(before.clock);
  await next.watch([running, stale]);
  await firstProofs(next, stale.rentalId, 2);
  await next.round();
  const now = next.clock.now();
  expect(await proofsOf(running.rentalId)).toMatchObject([{ fromAt: begin, toAt: now, handshakeAt: begin }]);
  expect((await proofsOf(stale.rentalId)).at(-1)).toMatchObject({ fromAt: now, handshakeAt: now });
});
