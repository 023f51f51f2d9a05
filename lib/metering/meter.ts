const HOUR_MS = 3_600_000n;

/**
 * What a stretch of proven time costs in all. Charges are differences of this total, so how often a meter is read or
 * posted can never change the bill, and the fraction of a micro-dollar is the renter's.
 */
export function grossOf(rate: bigint, billableMs: bigint): bigint {
  return (rate * billableMs) / HOUR_MS;
}

/** The broker's part of a total; the odd micro-dollar stays with the owner. */
export function feeOf(gross: bigint, feeBasisPoints: number): bigint {
  return (gross * BigInt(feeBasisPoints)) / 10_000n;
}

/** For how many seconds `spendable` pays `burnPerHour`; null when nothing burns. */
export function runwaySecondsOf(spendable: bigint, burnPerHour: bigint): number | null {
  if (burnPerHour === 0n) return null;
  return spendable > 0n ? Number((spendable * 3600n) / burnPerHour) : 0;
}
