import type { RentalEvent } from './lifecycle.ts';

/** Everything that can stand in a rental's history: its lifecycle's events, and what happens beside them. */
export type RentalStoryKind =
  | RentalEvent
  | 'agreed'
  | 'orderTaken'
  | 'environmentStarted'
  | 'environmentReady'
  | 'hostKeyChanged'
  | 'hostKeyMismatch';

const sentences: Record<RentalStoryKind, string> = {
  agreed: 'Contract agreed',
  orderTaken: 'The device took the order',
  environmentStarted: 'The environment is starting',
  environmentReady: 'The environment is ready',
  proved: 'The relay reached it through the public port: billing began',
  hostKeyChanged: 'The device reported another host key than before; the first one still counts',
  hostKeyMismatch: 'The relay met another host key than the reported one',
  fundsRanOut: 'Paused: the wallet is empty. Top up within 60 minutes to keep it',
  funded: 'Resumed',
  renterStopped: 'Stopped by the renter',
  ownerWithdrew: 'Ended by the owner',
  adminEnded: 'Ended by the broker’s admin',
  deviceFailed: 'Cancelled: the device could not start the environment',
  tookTooLong: 'Cancelled: the device did not get ready in time',
  deviceLost: 'Ended: the device was not reachable for 24 hours',
  graceExpired: 'Ended: the wallet stayed empty',
};

/** One line of a rental's history, in words. */
export function tellRentalEvent({ kind, detail }: { kind: string; detail: string | null }): string {
  const sentence = sentences[kind as RentalStoryKind] ?? kind;
  return detail ? `${sentence}: ${detail}` : sentence;
}

/** A map, as devices may call their steps anything, such as `constructor`. */
const steps = new Map(
  Object.entries({
    makeDisk: 'Made a disk',
    mountDisk: 'Mounted the disk',
    startEngine: 'Started its container engine',
    removeEnvironment: 'Removed another environment',
    fetchImage: 'Downloaded the image',
    loadImage: 'Loaded the image',
    createEnvironment: 'Made the environment',
    startEnvironment: 'Started the environment',
    letIn: 'Handed over your password and keys, and heard ssh answer',
    awaitReady: 'Waited until ssh answered',
  }),
);

/** What a device did for a rental, in words; a step that this broker does not know is shown as the device calls it. */
export function tellDeviceStep(step: string): string {
  return steps.get(step) ?? step;
}
