import { and, eq, gt, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { deviceEvents, devices } from '#db/schema/devices';
import { rentals } from '#db/schema/rentals';
import type { Letterhead } from '../accounts/commands.ts';
import { enqueueMailTo } from '../mail/commands.ts';
import { type Letter, letter } from '../mail/letter.ts';
import { inTurn } from '../process/each.ts';
import { LOST_HOURS } from '../rentals/deadlines.ts';

/** For how long a device may be out of touch before its owner and renter hear of it, in minutes: routers restart. */
export const ABSENCE_MINUTES = 10;

const { id, state, listed, suspendedAt, lastPollAt, tunnelUpSince, absenceToldAt } = devices;
type Device = typeof devices.$inferSelect;
type Rental = typeof rentals.$inferSelect;

/**
 * Tells owners by mail that a device which is rented or on offer has been out of touch, or in touch without a tunnel, and
 * when it is back, once each; and the renter who is on it. Before somebody has been here for as long, from
 * `watchingSince` on, silence tells nothing of devices.
 */
export async function tellOfAbsences(
  letterhead: Letterhead,
  { at, watchingSince }: { at: Date; watchingSince: Date },
): Promise<void> {
  const since = new Date(at.getTime() - ABSENCE_MINUTES * 60_000);
  if (watchingSince > since) return;

  const isWanted = and(or(eq(state, 'rented'), and(eq(state, 'ready'), listed)), isNull(suspendedAt));
  const isAway = and(isNull(absenceToldAt), or(lt(lastPollAt, since), hasLostTunnel(since)), isWanted);
  const isBack = and(isNotNull(absenceToldAt), gt(lastPollAt, absenceToldAt), isNotNull(tunnelUpSince));
  const write = (device: Device, publicUrl: string) =>
    device.lastPollAt && device.lastPollAt >= since ? noTunnelLetter(device, publicUrl) : awayLetter(device, publicUrl);
  await tell(letterhead, { of: isAway, absenceToldAt: at, write, writeRenter: awayLetterToRenter });
  await tell(letterhead, { of: isBack, absenceToldAt: null, write: backLetter, writeRenter: backLetterToRenter });
}

/** Whether the relay saw the tunnel go before then and none since; one that went with its relay is no news of a device. */
function hasLostTunnel(before: Date) {
  const last = sql`
    select kind, at from ${deviceEvents} where device_id = ${id} and kind in ('tunnelOpened', 'tunnelLost')
    order by ${deviceEvents.id} desc limit 1`;
  const lost = sql`exists (select from (${last}) last where kind = 'tunnelLost' and at < ${before.toISOString()})`;
  return and(isNull(tunnelUpSince), lost);
}

type News = {
  of: SQL | undefined;
  absenceToldAt: Date | null;
  write: (device: Device, publicUrl: string) => Letter;
  writeRenter: (rental: Rental, publicUrl: string) => Letter;
};

async function tell({ publicUrl, sealer }: Letterhead, { of, absenceToldAt, write, writeRenter }: News) {
  const found = await db.select({ id }).from(devices).where(of);
  const tellOf = (deviceId: string) =>
    db.transaction(async (tx) => {
      const still = and(eq(id, deviceId), of);
      const [device] = await tx.update(devices).set({ absenceToldAt }).where(still).returning();
      if (!device) return;
      await enqueueMailTo(tx, { userId: device.ownerId, ...write(device, publicUrl) }, sealer);
      const rental = await findActiveRental(tx, deviceId);
      if (rental) await enqueueMailTo(tx, { userId: rental.renterId, ...writeRenter(rental, publicUrl) }, sealer);
    });
  await inTurn(
    found.map((device) => device.id),
    tellOf,
  );
}

async function findActiveRental(tx: Tx, deviceId: string): Promise<Rental | undefined> {
  const isOnIt = and(eq(rentals.deviceId, deviceId), eq(rentals.state, 'active'));
  const [rental] = await tx.select().from(rentals).where(isOnIt);
  return rental;
}

function awayLetter(device: Device, publicUrl: string): Letter {
  const last = device.lastPollAt?.toISOString().slice(0, 16).replace('T', ' ');
  return letter(publicUrl, `${device.name} is out of touch`, [
    `your device ${device.name} was last heard of at ${last} UTC.`,
    whatFollows(device),
    'Please check that it has power and network; it comes back by itself. This is its page:',
    `${publicUrl}/my/devices/${device.id}`,
  ]);
}

function noTunnelLetter(device: Device, publicUrl: string): Letter {
  const says = device.tunnelProblem ? ` It says: ${device.tunnelProblem}` : '';
  return letter(publicUrl, `${device.name} cannot be reached`, [
    `your device ${device.name} reports, but its tunnel to the relay has not been open for ${ABSENCE_MINUTES} minutes.${says}`,
    whatFollows(device),
    'Please check that your network lets it out to the relay; it tries again by itself. This is its page:',
    `${publicUrl}/my/devices/${device.id}`,
  ]);
}

function whatFollows({ state }: Device): string {
  return state === 'rented'
    ? `It is rented. Its renter pays nothing while it cannot be reached, and after ${LOST_HOURS} hours the rental ends.`
    : 'Nobody can rent it meanwhile.';
}

function backLetter({ id, name }: Device, publicUrl: string): Letter {
  const back = `your device ${name} can be reached again. There is nothing for you to do.`;
  return letter(publicUrl, `${name} is back`, [back, `${publicUrl}/my/devices/${id}`]);
}

function awayLetterToRenter({ id, name }: Rental, publicUrl: string): Letter {
  return letter(publicUrl, `${name} cannot be reached`, [
    `the device of your rental ${name} has been out of reach for ${ABSENCE_MINUTES} minutes. Its owner has been told.`,
    `You pay nothing for this time. If it stays away, the rental ends ${LOST_HOURS} hours after it was last reached.`,
    'You may wait, or stop the rental on its page:',
    `${publicUrl}/rentals/${id}`,
  ]);
}

function backLetterToRenter({ id, name }: Rental, publicUrl: string): Letter {
  const back = `the device of your rental ${name} is back. Billing goes on when the relay has reached your rental, too.`;
  return letter(publicUrl, `${name} is back`, [back, `${publicUrl}/rentals/${id}`]);
}
