import { and, eq, lte } from 'drizzle-orm';
import { db } from '#db/client';
import { devices } from '#db/schema/devices';
import { inTurn } from '#lib/process/each';
import { lockDevice, moveDevice } from './moves.ts';

/** How long a wipe may remain unproven before it counts as failed, in hours; a power cut at home is over by then. */
export const WIPE_HOURS = 24;

/**
 * Gives up the wipes that were not proven in time, as of devices that died: their owners can retire them then, and a
 * device that comes back after all is not rented out before an admin has cleared it.
 */
export async function failLateWipes({ at }: { at: Date }): Promise<void> {
  const since = new Date(at.getTime() - WIPE_HOURS * 3_600_000);
  const late = await db
    .select({ id: devices.id })
    .from(devices)
    .where(and(eq(devices.state, 'wiping'), lte(devices.stateSince, since)));
  await inTurn(
    late.map(({ id }) => id),
    (deviceId) => failWipe(deviceId, { since, at }),
  );
}

async function failWipe(deviceId: string, { since, at }: { since: Date; at: Date }) {
  await db.transaction(async (tx) => {
    const device = await lockDevice(tx, deviceId);
    // It may have proved its wipe meanwhile, and have been rented and released again.
    if (device?.state === 'wiping' && device.stateSince <= since)
      await moveDevice(tx, device, 'wipeFailed', at, problem);
  });
}

const problem = `The device did not prove within ${WIPE_HOURS} hours that nothing of the last renter is left on it. Retire it, or ask the broker’s admin to clear it.`;
