const answers = {
  accepted: 'submitted',
  waiting: 'unclaimed',
  settled: 'paid',
  cameBack: 'returned',
  refused: 'failed',
} as const;

/**
 * The life of a payout. Its money is set aside from the first moment. Once a call may have been carried out (`submitting`,
 * `unknown`), only what the provider knows of our key leads on; no second payment is ever made for the same payout.
 */
export const payoutLifecycle = {
  held: { cleared: 'reserved', withdrawn: 'cancelled' },
  reserved: { called: 'submitting', batched: 'signing', held: 'held', withdrawn: 'cancelled' },
  signing: { broadcast: 'submitted', unbatched: 'reserved' },
  submitting: { ...answers, notDone: 'reserved', unclear: 'unknown' },
  unknown: { ...answers, notDone: 'reserved' },
  submitted: answers,
  unclaimed: answers,
  paid: { cameBack: 'returned' },
  returned: {},
  failed: {},
  cancelled: {},
} as const;

/** Where a payout can be in its life. */
export type PayoutState = keyof typeof payoutLifecycle;
/** What can happen to a payout. */
export type PayoutEvent = { [S in PayoutState]: keyof (typeof payoutLifecycle)[S] }[PayoutState];

/** The state `event` leads to, or null when it says nothing new in this state. */
export function nextPayoutState(state: PayoutState, event: PayoutEvent): PayoutState | null {
  const moves: Partial<Record<PayoutEvent, PayoutState>> = payoutLifecycle[state];
  const next = moves[event] ?? null;
  return next === state ? null : next;
}

/** The states in which a payout's money is in transit: out of the owner's account and not yet gone. */
export const openPayoutStates = [
  'held',
  'reserved',
  'signing',
  'submitting',
  'unknown',
  'submitted',
  'unclaimed',
] as const satisfies PayoutState[];

/** How a payout that the provider knows stands, as an event. */
export const payoutEvents = {
  submitted: 'accepted',
  unclaimed: 'waiting',
  paid: 'settled',
  returned: 'cameBack',
  failed: 'refused',
} as const;
