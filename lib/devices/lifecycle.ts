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

/** The event by which an owner has a device verified anew. */
export function verifyEvent(state: DeviceState): DeviceEvent {
  return state === 'ready' ? 'recheckDue' : 'retried';
}

/** Whether the owner may change how much disk a device offers: nobody is on it, and nothing is being done with it. */
export function mayChangeDisk(state: DeviceState): boolean {
  return state === 'awaitingAgent' || nextDeviceState(state, verifyEvent(state)) !== null;
}
