import type { getTimeline } from '#lib/rentals/queries';

/** One proven stretch, as the timeline has it. */
export type Proof = Awaited<ReturnType<typeof getTimeline>>['proofs'][number];

/** The time that was proven since the meter opened, as the meter will count it. */
export function provenMs(proofs: Proof[], activeAt: Date): number {
  const since = activeAt.getTime();
  return proofs.reduce((sum, { from, to }) => sum + Math.max(0, to.getTime() - Math.max(from.getTime(), since)), 0);
}
