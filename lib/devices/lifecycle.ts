/**
 * The life of a device: every state, and the only events that leave it. Being online
 * (it polled lately) and listed (its owner's switch) are facts beside the state.
 */
export const deviceLifecycle = {
  awaitingAgent: { registered: 'verifying', retired: 'retired' },
  verifying: { verified: 'ready', verificationFailed: 'rejected', retired: 'retired' },
  rejected: { retried: 'verifying', keyReplaced: 'verifying', retired: 'retired' },
  ready: { rented: 'rented', recheckDue: 'verifying', keyReplaced: 'verifying', retired: 'retired' },
  rented: { released: 'wiping' },
  wiping: { wiped: 'ready', wipeFailed: 'quarantined' },
  quarantined: { cleared: 'verifying', retired: 'retired' },
  retired: {},
} as const;

/** Where a device can be in its life. */
export type DeviceState = keyof typeof deviceLifecycle;
/** What can happen to a device. */
export type DeviceEvent = { [S in DeviceState]: keyof (typeof deviceLifecycle)[S] }[DeviceState];

/** The state `event` leads to, or null when it means nothing in this state. */
export function nextDeviceState(state: DeviceState, event: DeviceEvent): DeviceState | null {
  const moves: Partial<Record<DeviceEvent, DeviceState>> = deviceLifecycle[state];
  return moves[event] ?? null;
}
