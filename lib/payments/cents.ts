import { invariant } from '../errors.ts';

/** Micro-dollars in a cent, the smallest amount that companies move. */
export const CENT = 10_000n;

/** An amount in whole cents; throws InvariantError for one that is not, because no provider could move it exactly. */
export function centsOf(microDollars: bigint): bigint {
  invariant(microDollars % CENT === 0n, `${microDollars} micro-dollars are not whole cents`);
  return microDollars / CENT;
}

/** The whole cents that are in an amount, in micro-dollars; what is left stays where it is. */
export function floorToCents(microDollars: bigint): bigint {
  return microDollars - (microDollars % CENT);
}

/** Dollars as companies write them, `12.50`; the amount must be whole cents. */
export function decimalOf(microDollars: bigint): string {
  const cents = centsOf(microDollars);
  return `${cents / 100n}.${(cents % 100n).toString().padStart(2, '0')}`;
}

/** Reads `12.50` as micro-dollars; throws InvariantError for anything that is not a plain decimal with two places at most. */
export function microDollarsOf(decimal: string): bigint {
  const match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(decimal);
  invariant(match, 'a provider wrote an amount that is none');
  const [, dollars = '', cents = ''] = match;
  return BigInt(dollars) * 1_000_000n + BigInt(cents.padEnd(2, '0')) * CENT;
}
