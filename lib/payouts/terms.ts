import { floorToCents } from '../payments/cents.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** For how long payouts to a new destination wait: somebody whose password was stolen reads our mail about it in time. */
export const DESTINATION_HOURS = 72;

/** From when a destination that was chosen at `at` is paid. */
export function usableFrom(at: Date): Date {
  return new Date(at.getTime() + DESTINATION_HOURS * HOUR_MS);
}

/** The name of a payout at its provider: the same in every call, so that no second one can be made for it. */
export function payoutKey(payoutId: string): string {
  return `payout:${payoutId}`;
}

/** Which payout a key names; null for a key that is none of ours. */
export function payoutIdOf(key: string): string | null {
  return /^payout:([0-9a-f-]{36})$/.exec(key)?.[1] ?? null;
}

/** Why a payout waits although its money is set aside. */
export type HoldReason = 'frozen' | 'notReady' | 'review' | 'newDestination';

/** What decides whether a payout may leave. */
export type HoldFacts = {
  amount: bigint;
  /** From which amount on an admin looks first. */
  reviewFrom: bigint;
  approved: boolean;
  frozen: boolean;
  /** Whether the provider knows well enough who is paid. */
  ready: boolean;
  usableAt: Date;
};

/** What a payout waits for at `at`; null when it may leave. */
export function holdReasonOf(facts: HoldFacts, at: Date): HoldReason | null {
  if (facts.frozen) return 'frozen';
  if (!facts.ready) return 'notReady';
  if (facts.amount >= facts.reviewFrom && !facts.approved) return 'review';
  return facts.usableAt > at ? 'newDestination' : null;
}

/** The least that is paid out by a provider: what the broker wants, or what makes sense for the provider. */
export function leastPayout(wanted: bigint, { least }: { least: { payout: bigint } }): bigint {
  return wanted > least.payout ? wanted : least.payout;
}

/** What of available earnings is paid out: whole cents, the rest stays; null when that is less than `least`. */
export function payableOf(available: bigint, least: bigint): bigint | null {
  const amount = floorToCents(available);
  return amount >= least && amount > 0n ? amount : null;
}

const patienceMinutes = [2, 10, 60, 360];

/** When a provider is asked again after so many questions: 2 min, 10 min, 1 h, 6 h, and then once a day. */
export function nextCheckAt(checks: number, at: Date): Date {
  return new Date(at.getTime() + (patienceMinutes[checks] ?? 24 * 60) * MINUTE_MS);
}

/** The last Monday, 06:00 UTC, that is not after `at`: when weekly payouts are due. */
export function lastPayday(at: Date): Date {
  // The epoch was a Thursday.
  const firstPayday = (4 * 24 + 6) * HOUR_MS;
  return new Date(at.getTime() - ((at.getTime() - firstPayday) % WEEK_MS));
}

/** The next Monday, 06:00 UTC, after `at`. */
export function nextPayday(at: Date): Date {
  return new Date(lastPayday(at).getTime() + WEEK_MS);
}

/** What `dollars` (micro-dollars) buy at `price` (micro-dollars for a whole coin), in units of `decimals` decimals. */
export function unitsFor(dollars: bigint, { price, decimals }: { price: bigint; decimals: number }): bigint {
  return (dollars * 10n ** BigInt(decimals)) / price;
}
