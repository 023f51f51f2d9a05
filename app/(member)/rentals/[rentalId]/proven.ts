import type { getTimeline, RentalLine } from '#lib/rentals/queries';

/** One proven stretch, as the timeline has it. */
export type Proof = Awaited<ReturnType<typeof getTimeline>>['proofs'][number];

/** The longest that two proofs may be apart and still count as one stretch. */
export const BRIDGED_MS = 30_000;

/** Whether a running rental has gone without a proof for longer than the meter bridges. */
export function isInterrupted({ state, lastProofAt, activeAt }: RentalLine, now: Date): boolean {
  const sign = lastProofAt ?? activeAt;
  return state === 'active' && sign !== null && now.getTime() - sign.getTime() > BRIDGED_MS;
}

/** The time that was proven since the meter opened, as the meter will count it. */
export function provenMs(proofs: Proof[], activeAt: Date): number {
  const since = activeAt.getTime();
  return proofs.reduce((sum, { from, to }) => sum + Math.max(0, to.getTime() - Math.max(from.getTime(), since)), 0);
}
