const answers = { accepted: 'pending', settled: 'succeeded', refused: 'failed' } as const;

/** The life of a refund. Its money has left the wallet from the first moment and returns there only when it failed. */
export const refundLifecycle = {
  requested: { called: 'submitting', sentByHand: 'succeeded', declined: 'failed' },
  submitting: { ...answers, notDone: 'requested', unclear: 'unknown' },
  unknown: { ...answers, notDone: 'requested' },
  pending: answers,
  succeeded: { refused: 'failed' },
  failed: {},
} as const;

/** Where a refund can be in its life. */
export type RefundState = keyof typeof refundLifecycle;
/** What can happen to a refund. */
export type RefundEvent = { [S in RefundState]: keyof (typeof refundLifecycle)[S] }[RefundState];

/** The state `event` leads to, or null when it says nothing new in this state. */
export function nextRefundState(state: RefundState, event: RefundEvent): RefundState | null {
  const moves: Partial<Record<RefundEvent, RefundState>> = refundLifecycle[state];
  const next = moves[event] ?? null;
  return next === state ? null : next;
}

/** The states in which a refund's money is in transit: out of the wallet and not yet gone. */
export const openRefundStates = ['requested', 'submitting', 'unknown', 'pending'] as const satisfies RefundState[];
