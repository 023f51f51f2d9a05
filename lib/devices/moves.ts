import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { deviceEvents, devices } from '#db/schema/devices';
import { isId } from '#lib/ids';
import { rentalName } from '#lib/rentals/names';
import { type Sealer, secretOf } from '#lib/secrets';
import { type DeviceEvent, type DeviceState, nextDeviceState } from './lifecycle.ts';
import type { DeviceStoryKind } from './story.ts';

/** A device whose row the transaction has locked. */
export type LockedDevice = typeof devices.$inferSelect;

/**
 * Locks a device for the rest of the transaction; null when there is none. Whoever also needs the device's rental or
 * the ledger takes them after the device, so that no two transactions wait for each other.
 */
export async function lockDevice(tx: Tx, deviceId: string): Promise<LockedDevice | null> {
  if (!isId(deviceId)) return null;
  const [device] = await tx.select().from(devices).where(eq(devices.id, deviceId)).for('no key update');
  return device ?? null;
}

/** The only place that writes `devices.state`; answers the new state, or null when the event means nothing now. */
export async function moveDevice(
  tx: Tx,
  device: { id: string; state: DeviceState },
  event: DeviceEvent,
  at: Date,
  problem: string | null = null,
): Promise<DeviceState | null> {
  const state = nextDeviceState(device.state, event);
  if (!state) return null;

  // Both leave the device without an environment; the next one that it keeps waiting has another name.
  const job = state === 'verifying' || state === 'wiping';
  const named = job ? { jobId: randomUUID(), nextName: rentalName(randomInt) } : { jobId: null };
  await tx
    .update(devices)
    .set({ state, stateSince: at, problem, ...named })
    .where(eq(devices.id, device.id));
  await tellDevice(tx, device.id, event, at, problem);
  return state;
}

/** Moves a device into a new verification: nothing that was measured or proved before counts for it. */
export async function startVerification(
  tx: Tx,
  device: { id: string; state: DeviceState },
  event: DeviceEvent,
  { at, sealer }: { at: Date; sealer: Sealer },
): Promise<DeviceState | null> {
  const state = await moveDevice(tx, device, event, at);
  if (!state) return null;

  const verifyPassword = sealer.seal(randomBytes(18).toString('base64url'), secretOf.verification(device.id));
  const fresh = { verifyPassword, verifyHostKey: null, measuredAt: null, provedAt: null };
  await tx.update(devices).set(fresh).where(eq(devices.id, device.id));
  return state;
}

/** Ends a verification well, once the hardware was measured for it and the relay has proved the way to it. */
export async function finishVerification(tx: Tx, deviceId: string, at: Date): Promise<void> {
  const device = await lockDevice(tx, deviceId);
  if (device?.state !== 'verifying' || !device.measuredAt || !device.provedAt) return;

  await moveDevice(tx, device, 'verified', at);
  await forgetVerification(tx, deviceId);
}

/** Ends a verification badly, with what the owner can do about it. */
export async function failVerification(tx: Tx, device: LockedDevice, problem: string, at: Date): Promise<void> {
  await moveDevice(tx, device, 'verificationFailed', at, problem);
  await forgetVerification(tx, device.id);
}

/** Adds a line to a device's history. */
export async function tellDevice(tx: Tx, deviceId: string, kind: DeviceStoryKind, at: Date, detail?: string | null) {
  await tx.insert(deviceEvents).values({ deviceId, kind, at, detail: detail ?? null });
}

async function forgetVerification(tx: Tx, deviceId: string) {
  await tx.update(devices).set({ verifyPassword: null, verifyHostKey: null }).where(eq(devices.id, deviceId));
}
