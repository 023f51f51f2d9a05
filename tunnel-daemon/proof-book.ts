import type { StoredProof } from '../lib/relays/queries.ts';
import { clipInterval, extendInterval, type Interval, type Proof } from './intervals.ts';

/** How long proofs are remembered for a database that is away. */
export const LONGEST_MEMORY_MS = 3_600_000;

/**
 * The proven stretches of all rentals, and which of them the database has yet to hear of. A daemon that dies loses
 * the latter: that time is unbilled.
 */
export type ProofBook = {
  /** Goes on from what the database has. */
  resume(stored: StoredProof[]): void;
  add(rentalId: string, proof: Proof): void;
  /** Ends a rental's stretch, as when it is paused; what the database has yet to hear of stays. */
  close(rentalId: string): void;
  /** Hands everything untold to `save`; when that fails, it stays untold. */
  flush(at: Date, save: (proofs: StoredProof[]) => Promise<void>): Promise<void>;
};

/** An empty book. */
export function openProofBook(): ProofBook {
  const newest = new Map<string, Interval>();
  const untold = new Map<string, { rentalId: string; interval: Interval }>();
  const told: { at: Date | null } = { at: null };
  const note = (rentalId: string, interval: Interval) =>
    untold.set(`${rentalId} ${interval.from.toISOString()}`, { rentalId, interval });

  const forgetBefore = (since: Date) => {
    for (const [key, { rentalId, interval }] of [...untold]) {
      const kept = clipInterval(interval, since);
      if (kept === interval) continue;
      untold.delete(key);
      const isNewest = newest.get(rentalId) === interval;
      if (isNewest) newest.delete(rentalId);
      if (kept) note(rentalId, kept);
      if (kept && isNewest) newest.set(rentalId, kept);
    }
  };

  return {
    resume(stored) {
      for (const { rentalId, ...interval } of stored) if (!newest.has(rentalId)) newest.set(rentalId, interval);
    },
    add(rentalId, proof) {
      const last = newest.get(rentalId) ?? null;
      const interval = extendInterval(last, proof);
      if (interval === last) return;
      newest.set(rentalId, interval);
      note(rentalId, interval);
    },
    close: (rentalId) => void newest.delete(rentalId),
    async flush(at, save) {
      const longAgo = new Date(at.getTime() - LONGEST_MEMORY_MS);
      if (told.at && told.at < longAgo) forgetBefore(longAgo);
      const telling = [...untold];
      await save(telling.map(([, { rentalId, interval }]) => ({ rentalId, ...interval })));
      told.at = at;
      for (const [key, entry] of telling) if (untold.get(key) === entry) untold.delete(key);
    },
  };
}
