import type { RentalState } from './lifecycle.ts';

/** How long a rental may get ready before it is cancelled, in seconds. */
export const PREPARING_SECONDS = 120;

/** How long a suspended rental waits for money before it ends, in minutes. */
export const GRACE_MINUTES = 60;

/** How long a device may be out of reach before its rental ends, in hours. */
export const LOST_HOURS = 24;

/** Proofs at most so far apart are one stretch; a longer gap is free from its first second. In milliseconds. */
export const LONGEST_GAP_MS = 30_000;

const minute = 60_000;

/** Whether a running rental has gone without a proof for longer than counts as one stretch. */
export function isInterrupted(
  { state, stateSince, lastProofAt }: { state: RentalState; stateSince: Date; lastProofAt: Date | null },
  now: Date,
): boolean {
  // After a pause, the last proof is from before it.
  const sign = Math.max(stateSince.getTime(), lastProofAt?.getTime() ?? 0);
  return state === 'active' && now.getTime() - sign > LONGEST_GAP_MS;
}

/** The latest instants at which an overdue rental can have entered its state, or shown its last sign of life. */
export function deadlines(at: Date): { preparing: Date; suspended: Date; unproved: Date } {
  const before = (milliseconds: number) => new Date(at.getTime() - milliseconds);
  return {
    preparing: before(PREPARING_SECONDS * 1000),
    suspended: before(GRACE_MINUTES * minute),
    unproved: before(LOST_HOURS * 60 * minute),
  };
}
