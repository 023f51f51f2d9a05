import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../lib/process/clock.ts';
import type { Logger } from '../lib/process/log.ts';
import { recordForeignHostKey, recordProofs } from '../lib/relays/commands.ts';
import { listLastProofs, type RentalRoute, type StoredProof } from '../lib/relays/queries.ts';
import { rentalProved } from '../lib/rentals/commands.ts';
import { LATELY_MS, untilFirstHandshake, untilNextHandshake } from './handshakes.ts';
import { PROVER_ADDRESS } from './loopback.ts';
import { compareHostKey, type Door, readGreeting } from './probe.ts';
import { openProofBook, type ProofBook } from './proof-book.ts';

/** How many environments are looked at side by side: of those that answered the last time, and of the silent ones. */
const SIDE_BY_SIDE = { answering: 512, silent: 64 };

/** Proves that rented environments answer, through the doors that their renters use. */
export type Prover = {
  /** From now on these rentals are proven, new ones at once. */
  watch(routes: RentalRoute[]): Promise<void>;
  /** Proves all of them once, and tells the database. */
  round(): Promise<void>;
};

type ProverOptions = { host: string; clock: Clock; log: Logger; signal: AbortSignal };
type Watched = { route: RentalRoute; handshakeDue: number; busy: boolean; silent: boolean };
type Parts = ProverOptions & { book: ProofBook; watched: Map<string, Watched> };

/** A prover that enters at the relay's public address `host`. */
export function createProver(options: ProverOptions): Prover {
  const parts: Parts = { ...options, book: openProofBook(), watched: new Map() };
  const { watched, book } = parts;
  const patience: { over: Promise<void> | null } = { over: null };

  return {
    async watch(routes) {
      const wanted = new Set(routes.map(({ rentalId }) => rentalId));
      for (const rentalId of watched.keys()) {
        if (wanted.has(rentalId)) continue;
        watched.delete(rentalId);
        book.close(rentalId);
      }
      const fresh = routes.filter(({ rentalId }) => !watched.has(rentalId));
      const proofs = await listLastProofs(fresh.map(({ rentalId }) => rentalId));
      book.resume(proofs);
      for (const route of routes) {
        const known = watched.get(route.rentalId);
        if (known) known.route = route;
      }
      const { preparing = [], active = [] } = Object.groupBy(fresh, ({ state }) => state);
      for (const route of preparing) void proveNew(parts, route);
      takeOver(parts, active, proofs);
    },
    async round() {
      const { answering = [], silent = [] } = Object.groupBy(watched.values(), (rental) =>
        rental.silent ? 'silent' : 'answering',
      );
      // Each that keeps silent takes seconds: a few lying devices would make everybody else's proofs late.
      patience.over ??= proveAll(parts, silent, SIDE_BY_SIDE.silent).finally(() => {
        patience.over = null;
      });
      await proveAll(parts, answering, SIDE_BY_SIDE.answering);
      await book.flush(options.clock.now(), recordProofs);
    },
  };
}

async function proveAll(parts: Parts, rentals: Watched[], sideBySide: number) {
  const queue = [...rentals];
  const work = async () => {
    for (let rental = queue.pop(); rental; rental = queue.pop()) await prove(parts, rental);
  };
  await Promise.all(Array.from({ length: Math.min(sideBySide, queue.length) }, work));
}

/** What another daemon proved until a moment ago goes on with a mere greeting; the handshakes of all are spread. */
function takeOver(parts: Parts, routes: RentalRoute[], proofs: StoredProof[]) {
  const since = parts.clock.now().getTime() - LATELY_MS;
  const lately = new Set(proofs.filter(({ to }) => to.getTime() >= since).map(({ rentalId }) => rentalId));
  const rentals = routes.map((route) =>
    begin(parts, route, performance.now() + (lately.has(route.rentalId) ? untilFirstHandshake() : 0)),
  );
  void proveAll(parts, rentals, SIDE_BY_SIDE.answering);
}

function begin({ watched }: Parts, route: RentalRoute, handshakeDue: number): Watched {
  const rental: Watched = { route, handshakeDue, busy: false, silent: false };
  watched.set(route.rentalId, rental);
  return rental;
}

/** Somebody waits for this one: it is tried again and again until it answers. */
async function proveNew(parts: Parts, route: RentalRoute) {
  const began = performance.now();
  const rental = begin(parts, route, began);
  while (parts.watched.get(route.rentalId) === rental && !parts.signal.aborted) {
    await prove(parts, rental);
    if (rental.route.state === 'active') return;
    await sleep(performance.now() - began < 10_000 ? 100 : 1000);
  }
}

async function prove(parts: Parts, rental: Watched) {
  if (rental.busy) return;
  rental.busy = true;
  await proveOnce(parts, rental)
    .catch((error: unknown) =>
      parts.log.warn({ err: error, rentalId: rental.route.rentalId }, 'proof could not be told'),
    )
    .finally(() => {
      rental.busy = false;
    });
}

async function proveOnce({ host, clock, book, watched, log }: Parts, rental: Watched) {
  const { rentalId, port, hostKey } = rental.route;
  const door: Door = { host, port, localAddress: PROVER_ADDRESS };
  const handshake = performance.now() >= rental.handshakeDue;
  const result = handshake ? await compareHostKey(door, hostKey) : await readGreeting(door);
  const at = clock.now();
  rental.silent = result === 'unreachable';

  if (result === 'foreign') {
    log.warn({ rentalId }, 'foreign host key');
    await recordForeignHostKey({ rentalId, at });
  }
  // The rental may have ended, or its device may have been given to the next one, while we looked.
  if (result !== 'proved' || watched.get(rentalId) !== rental) return;
  if (rental.route.state === 'preparing') {
    const outcome = await rentalProved({ rentalId, at });
    if (!outcome.ok) return;
    rental.route = { ...rental.route, state: 'active' };
    log.info({ rentalId }, 'rental proved');
  }
  if (handshake) rental.handshakeDue = performance.now() + untilNextHandshake();
  book.add(rentalId, { at, handshake });
}
