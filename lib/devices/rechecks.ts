import { and, asc, eq, gte, isNotNull, lte } from 'drizzle-orm';
import { db } from '#db/client';
import { devices } from '#db/schema/devices';
import { inTurn } from '#lib/process/each';
import type { Sealer } from '#lib/secrets';
import { lockDevice, startVerification } from './moves.ts';
import { onlineSince } from './story.ts';

/** How long what was measured of a device counts, in days. */
export const RECHECK_DAYS = 30;

/** How many devices are sent to be measured in one round: each is off the market for about a minute. */
const AT_ONCE = 20;

type Recheck = { at: Date; sealer: Sealer };

/** Verifies those devices anew that can be reached and whose figures have grown old, a few at a time, the oldest first. */
export async function recheckDevices(recheck: Recheck): Promise<void> {
  const since = new Date(recheck.at.getTime() - RECHECK_DAYS * 86_400_000);
  const { id, state, measuredAt, lastPollAt, tunnelUpSince } = devices;
  const reachable = and(gte(lastPollAt, onlineSince(recheck.at)), isNotNull(tunnelUpSince));
  const due = await db
    .select({ id })
    .from(devices)
    .where(and(eq(state, 'ready'), lte(measuredAt, since), reachable))
    .orderBy(asc(measuredAt))
    .limit(AT_ONCE);
  await inTurn(
    due.map((device) => device.id),
    (deviceId) => recheckDevice(deviceId, since, recheck),
  );
}

async function recheckDevice(deviceId: string, since: Date, recheck: Recheck) {
  await db.transaction(async (tx) => {
    const device = await lockDevice(tx, deviceId);
    // It may have been rented meanwhile, or measured by its owner's wish.
    if (device?.state !== 'ready' || !device.measuredAt || device.measuredAt > since) return;
    await startVerification(tx, device, 'recheckDue', recheck);
  });
}
