/** Micro-dollars in a dollar. All money in this code base is whole micro-dollars of USD, as `bigint`. */
export const DOLLAR = 1_000_000n;

/** The smaller of two amounts; `Math.min` knows no `bigint`. */
export function lesser(one: bigint, other: bigint): bigint {
  if (one < other) return one;
  return other;
}

/** The hourly rates an owner may ask, in micro-dollars: $0.0001 to $100. */
export const rateLimits = { least: 100n, most: 100n * DOLLAR } as const;

/**
 * Money as text: at least cents, and as many of the six decimals as the amount has, e.g. `$12.00`, `$0.0105`, `−$0.50`.
 */
export function formatMoney(amount: bigint): string {
  return formatExactMoney(amount).replace(/0{1,4}$/, '');
}

/** An amount in whole cents, half a cent away from zero. */
export function roundToCents(amount: bigint): bigint {
  const half = amount < 0n ? -5_000n : 5_000n;
  return ((amount + half) / 10_000n) * 10_000n;
}

/** Money as a person types it into a form: `12.50`, without sign or separators. */
export function plainDollars(amount: bigint): string {
  return formatMoney(amount).replace(/[$,]/g, '');
}

/** Money with all six decimals, for itemised documents: `$1,250.010500`. */
export function formatExactMoney(amount: bigint): string {
  const size = amount < 0n ? -amount : amount;
  const dollars = (size / DOLLAR).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  return `${amount < 0n ? '−' : ''}$${dollars}.${(size % DOLLAR).toString().padStart(6, '0')}`;
}

/**
 * Reads dollars that a person typed (`0.01`, `$5`, `1,250.5`) as micro-dollars; null for anything that is not a
 * plain decimal number with at most six decimals and twelve digits before them.
 */
export function parseMoney(text: string): bigint | null {
  const match = /^\$?(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (!match) return null;
  const [, dollars = '0', decimals = ''] = match;
  return BigInt(dollars.replaceAll(',', '')) * DOLLAR + BigInt(decimals.padEnd(6, '0'));
}
