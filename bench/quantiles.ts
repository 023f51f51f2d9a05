import { invariant } from '../lib/errors.ts';

/** The value that a `share` of all values does not exceed: the nearest rank, never an average of two. */
export function quantile(values: number[], share: number): number {
  const rank = Math.max(1, Math.ceil(values.length * share));
  const value = values.toSorted((a, b) => a - b)[rank - 1];
  invariant(value !== undefined, 'a quantile needs values');
  return value;
}

/** The middle value. */
export function median(values: number[]): number {
  return quantile(values, 0.5);
}
