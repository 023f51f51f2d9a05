/** How long after its last sign of life a relay still counts as alive, in seconds. */
export const ALIVE_SECONDS = 60;

/** Relays that were last heard of then or before are no longer alive at `at`. */
export function silentSince(at: Date): Date {
  return new Date(at.getTime() - ALIVE_SECONDS * 1000);
}

/** Whether a relay that was last heard of at `seenAt` is alive. */
export function isAlive({ seenAt }: { seenAt: Date }, at: Date): boolean {
  return seenAt > silentSince(at);
}
