/**
 * The life of a rental: every state, and the only events that leave it.
 * A rental ends for exactly the reasons that lead to `ended` or `cancelled` here;
 * nothing else in the codebase may decide that a rental is over.
 */
export const rentalLifecycle = {
  preparing: {
    proved: 'active',
    deviceFailed: 'cancelled',
    tookTooLong: 'cancelled',
    renterStopped: 'cancelled',
    ownerWithdrew: 'cancelled',
    adminEnded: 'cancelled',
  },
  active: {
    fundsRanOut: 'suspended',
    renterStopped: 'ended',
    deviceLost: 'ended',
    ownerWithdrew: 'ended',
    adminEnded: 'ended',
  },
  suspended: {
    funded: 'active',
    renterStopped: 'ended',
    deviceLost: 'ended',
    ownerWithdrew: 'ended',
    adminEnded: 'ended',
    graceExpired: 'ended',
  },
  ended: {},
  cancelled: {},
} as const;

/** Where a rental can be in its life. */
export type RentalState = keyof typeof rentalLifecycle;
/** What can happen to a rental. */
export type RentalEvent = { [S in RentalState]: keyof (typeof rentalLifecycle)[S] }[RentalState];

/** The state `event` leads to, or null when it means nothing in this state. */
export function nextRentalState(state: RentalState, event: RentalEvent): RentalState | null {
  const moves: Partial<Record<RentalEvent, RentalState>> = rentalLifecycle[state];
  return moves[event] ?? null;
}

/** The states in which a rental holds its device and its port. */
export const openRentalStates = ['preparing', 'active', 'suspended'] as const satisfies RentalState[];

/** Whether a rental in this state still holds its device. */
export function isOpen(state: RentalState): boolean {
  return (openRentalStates as readonly RentalState[]).includes(state);
}
