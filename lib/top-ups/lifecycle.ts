/** What can become of money once it was paid; whoever asks late learns of it together with the payment. */
const oncePaid = {
  partlyRefunded: 'partiallyRefunded',
  whollyRefunded: 'refunded',
  contested: 'disputed',
  contestWon: 'disputeWon',
  contestLost: 'disputeLost',
  undone: 'reorged',
} as const;

const untilPaid = {
  seen: 'processing',
  personNeeded: 'requiresAction',
  paid: 'succeeded',
  declined: 'failed',
  ranOut: 'expired',
  gaveUp: 'cancelled',
  ...oncePaid,
} as const;

/** Money may come late; it is the person's, whatever was thought of the top-up before. */
const afterAll = { seen: 'processing', paid: 'succeeded', ...oncePaid } as const;

/**
 * The life of a top-up, from the wish to money in a wallet and, sometimes, back. Nobody decides these events: they
 * follow from what the provider knows (`topUpEventOf`).
 */
export const topUpLifecycle = {
  created: { begun: 'pending', ...untilPaid },
  pending: untilPaid,
  requiresAction: { ...untilPaid, begun: 'pending' },
  processing: { ...untilPaid, begun: 'pending' },
  failed: afterAll,
  expired: afterAll,
  cancelled: afterAll,
  succeeded: oncePaid,
  partiallyRefunded: { ...oncePaid, paid: 'succeeded' },
  refunded: { ...oncePaid, paid: 'succeeded' },
  disputed: oncePaid,
  disputeWon: oncePaid,
  disputeLost: oncePaid,
  reorged: { ...afterAll, ranOut: 'expired' },
} as const;

/** Where a top-up can be in its life. */
export type TopUpState = keyof typeof topUpLifecycle;
/** What can become known of a top-up. */
export type TopUpEvent = { [S in TopUpState]: keyof (typeof topUpLifecycle)[S] }[TopUpState];

/** The state `event` leads to, or null when it says nothing new in this state. */
export function nextTopUpState(state: TopUpState, event: TopUpEvent): TopUpState | null {
  const moves: Partial<Record<TopUpEvent, TopUpState>> = topUpLifecycle[state];
  const next = moves[event] ?? null;
  return next === state ? null : next;
}

/** What is known of a top-up: what its provider says, and what of it stands in our books (micro-dollars). */
export type TopUpFacts = {
  progress: 'pending' | 'processing' | 'requiresAction' | 'succeeded' | 'failed' | 'expired' | 'cancelled';
  credited: bigint;
  /** Whether anything was ever credited, also if it was undone. */
  everCredited: boolean;
  refunded: bigint;
  disputes: ('open' | 'won' | 'lost')[];
};

const progressEvents = {
  pending: 'begun',
  processing: 'seen',
  requiresAction: 'personNeeded',
  succeeded: 'seen', // the provider has it; it is ours when it stands in the books
  failed: 'declined',
  expired: 'ranOut',
  cancelled: 'gaveUp',
} as const;

/** The event that these facts amount to: what stands in the books counts more than what the provider says. */
export function topUpEventOf({ progress, credited, everCredited, refunded, disputes }: TopUpFacts): TopUpEvent {
  if (disputes.includes('open')) return 'contested';
  if (disputes.includes('lost')) return 'contestLost';
  if (disputes.includes('won')) return 'contestWon';
  if (credited === 0n) return everCredited && progress !== 'expired' ? 'undone' : progressEvents[progress];
  if (refunded >= credited) return 'whollyRefunded';
  return refunded > 0n ? 'partlyRefunded' : 'paid';
}

/** The states in which nothing is owed to anybody and nothing more is expected. */
export const openTopUpStates = ['created', 'pending', 'requiresAction', 'processing'] as const satisfies TopUpState[];
