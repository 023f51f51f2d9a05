import { DOLLAR } from '../money.ts';

/** Under which keys the broker's terms of payouts are kept, and what they are until an admin changes them. */
export const payoutSettings = {
  least: { key: 'payoutLeast', initial: 20n * DOLLAR },
  reviewFrom: { key: 'payoutReviewFrom', initial: 500n * DOLLAR },
} as const;

/** From which amount on earnings are paid out, and from which on an admin looks first; micro-dollars. */
export type PayoutTerms = Record<keyof typeof payoutSettings, bigint>;

/** Whether a broker may work by these terms. */
export function arePayoutTerms({ least, reviewFrom }: PayoutTerms): boolean {
  return least >= DOLLAR && least <= 1_000n * DOLLAR && reviewFrom >= 0n && reviewFrom <= 1_000_000n * DOLLAR;
}
