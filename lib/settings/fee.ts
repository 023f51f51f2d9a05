/** Under which key the broker's share is kept. */
export const feeSetting = 'feeBasisPoints';

/** The broker's share until an admin changes it: 10 %. */
export const defaultFeeBasisPoints = 1000;

/** Whether a broker may take this share of what a rental costs. */
export function isFee(basisPoints: number): boolean {
  return Number.isInteger(basisPoints) && basisPoints >= 0 && basisPoints <= 10_000;
}
