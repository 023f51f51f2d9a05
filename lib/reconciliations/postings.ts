import { brokerAccount, providerAccount } from '../ledger/accounts.ts';
import type { Posting } from '../ledger/postings.ts';

/** What a movement at a provider was that is no business of renters and owners. */
export const bookings = ['bank', 'fee'] as const;
/** One of them: between the provider and the operator's bank, or for the provider itself. */
export type Booking = (typeof bookings)[number];

/** A movement that an admin explains; `amount` is what came in at the provider, negative for what left. */
export function providerMoved(movement: {
  provider: string;
  reference: string;
  currency: string;
  amount: bigint;
  as: Booking;
  adminId: string;
  at: Date;
}): Posting {
  const { provider, reference, currency, amount, as, adminId, at } = movement;
  const against = as === 'bank' ? brokerAccount('bank', currency) : providerAccount('pspFee', provider, currency);
  const lines = [
    { account: providerAccount('psp', provider, currency), amount },
    { account: against, amount: -amount },
  ];
  const about = { provider, reference, adminId };
  return { kind: `providerMoved:${as}`, key: movedKey({ provider, reference, currency }), at, about, lines };
}

/** What makes sure that a movement is explained once. */
export function movedKey({ provider, reference, currency }: { provider: string; reference: string; currency: string }) {
  return `providerMoved:${provider}:${currency}:${reference}`;
}
