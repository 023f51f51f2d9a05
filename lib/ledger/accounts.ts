/** The one currency of this broker's books; one micro-dollar is the unit. */
export const CURRENCY = 'USD';

type Kind = { normal: 1 | -1; of: 'broker' | 'person'; floor: bigint | null };

/**
 * The chart of accounts. `normal` is the sign of a healthy balance, which the books keep debit positive:
 * +1 for what the broker has or has lost, -1 for what it owes or has earned.
 */
export const chart = {
  'psp:manual': { normal: 1, of: 'broker', floor: null }, // received by an admin by hand
  wallet: { normal: -1, of: 'person', floor: 0n },
  earnPending: { normal: -1, of: 'person', floor: null },
  platformFee: { normal: -1, of: 'broker', floor: null },
  uncollected: { normal: 1, of: 'broker', floor: null }, // delivered and owed to owners, but no wallet paid for it
} as const satisfies Record<string, Kind>;

/** What an account is for. */
export type AccountKind = keyof typeof chart;

type KindOf<Of extends Kind['of']> = {
  [K in AccountKind]: (typeof chart)[K]['of'] extends Of ? K : never;
}[AccountKind];

/** Names one account: the broker's by its kind, a person's by kind and person. */
export type AccountName = { kind: KindOf<'broker'>; partyId: null } | { kind: KindOf<'person'>; partyId: string };

/** The account that holds what `userId` has paid in and not yet used. */
export function walletOf(userId: string): AccountName {
  return { kind: 'wallet', partyId: userId };
}

/** The account that holds what `userId` has earned with devices. */
export function earningsOf(userId: string): AccountName {
  return { kind: 'earnPending', partyId: userId };
}

/** One of the broker's own accounts. */
export function brokerAccount(kind: KindOf<'broker'>): AccountName {
  return { kind, partyId: null };
}
