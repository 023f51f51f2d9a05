import { eq } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { devices } from '#db/schema/devices';
import { record } from '#lib/audit/commands';
import { done, type Outcome, refused } from '#lib/outcome';
import type { Sealer } from '#lib/secrets';
import type { DeviceState } from './lifecycle.ts';
import { type LockedDevice, lockDevice, startVerification, tellDevice } from './moves.ts';

/** An admin, where the admin sits, and any device. */
type Administered = { deviceId: string; adminId: string; address: string | null; at: Date };

/** Takes a device off the market by an admin's decision; a running rental goes on until somebody ends it. */
export async function suspendDevice(request: Administered & { reason: string }): Promise<Outcome<void, 'notFound'>> {
  return withAnyDevice(request, async (tx, device) => {
    if (device.suspendedAt) return done(undefined);
    await tx.update(devices).set({ suspendedAt: request.at }).where(eq(devices.id, device.id));
    await tellDevice(tx, device.id, 'suspended', request.at, request.reason);
    await audit(tx, request, 'deviceSuspended', request.reason);
    return done(undefined);
  });
}

/** Takes an admin's suspension of a device back. */
export async function unsuspendDevice(request: Administered): Promise<Outcome<void, 'notFound'>> {
  return withAnyDevice(request, async (tx, device) => {
    if (!device.suspendedAt) return done(undefined);
    await tx.update(devices).set({ suspendedAt: null }).where(eq(devices.id, device.id));
    await tellDevice(tx, device.id, 'unsuspended', request.at);
    await audit(tx, request, 'deviceUnsuspended');
    return done(undefined);
  });
}

/** Lets a device whose wipe had failed be verified again. */
export async function clearQuarantine(
  request: Administered & { sealer: Sealer },
): Promise<Outcome<DeviceState, 'notFound' | 'notQuarantined'>> {
  return withAnyDevice(request, async (tx, device) => {
    const state = await startVerification(tx, device, 'cleared', request);
    if (!state) return refused('notQuarantined');
    await audit(tx, request, 'quarantineCleared');
    return done(state);
  });
}

async function withAnyDevice<Result>(
  { deviceId }: { deviceId: string },
  work: (tx: Tx, device: LockedDevice) => Promise<Result>,
): Promise<Result | { ok: false; reason: 'notFound' }> {
  return db.transaction(async (tx) => {
    const device = await lockDevice(tx, deviceId);
    return device ? work(tx, device) : refused('notFound');
  });
}

async function audit(tx: Tx, request: Administered, action: string, detail?: string) {
  const { adminId: actorId, deviceId: objectId, address, at } = request;
  await record(tx, { actorId, action, objectKind: 'device', objectId, detail: detail ?? null, address, at });
}
