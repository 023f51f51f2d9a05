import { LONGEST_GAP_MS } from '#lib/rentals/deadlines';

/** A stretch of time for which a rental was proven to be reachable. */
export type Interval = { from: Date; to: Date; proofs: number; handshakeAt: Date | null };

/** One proof: when, and whether the host key was compared. */
export type Proof = { at: Date; handshake: boolean };

/** The stretch that ends with this proof: the last one made longer, or a new one. */
export function extendInterval(last: Interval | null, { at, handshake }: Proof): Interval {
  if (last && at < last.to) return last; // the database's clock was set back; time is proven once
  if (!last || at.getTime() - last.to.getTime() > LONGEST_GAP_MS) {
    return { from: at, to: at, proofs: 1, handshakeAt: handshake ? at : null };
  }
  return { ...last, to: at, proofs: last.proofs + 1, handshakeAt: handshake ? at : last.handshakeAt };
}

/** What of a stretch lies after `since`; null when nothing does. */
export function clipInterval(interval: Interval, since: Date): Interval | null {
  if (interval.to <= since) return null;
  return interval.from < since ? { ...interval, from: since } : interval;
}
