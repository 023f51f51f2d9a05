import { eq } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { rentalEvents, rentals } from '#db/schema/rentals';
import { lockDevice, moveDevice } from '#lib/devices/moves';
import { invariant } from '#lib/errors';
import { isId } from '#lib/ids';
import { releaseHold } from '#lib/ledger/commands';
import { closeMeter } from '#lib/metering/commands';
import { isNews } from './letters.ts';
import { isOpen, nextRentalState, type RentalEvent, type RentalState } from './lifecycle.ts';
import type { RentalStoryKind } from './story.ts';

/** A rental whose row, and whose device's, the transaction has locked. */
export type LockedRental = typeof rentals.$inferSelect;

/** Locks a rental for the rest of the transaction, after its device as everybody does; null when there is none. */
export async function lockRental(tx: Tx, rentalId: string): Promise<LockedRental | null> {
  if (!isId(rentalId)) return null;
  const { deviceId } = rentals;
  const [known] = await tx.select({ deviceId }).from(rentals).where(eq(rentals.id, rentalId));
  if (!known) return null;

  await lockDevice(tx, known.deviceId);
  const [rental] = await tx.select().from(rentals).where(eq(rentals.id, rentalId)).for('no key update');
  return rental ?? null;
}

/**
 * The only place that writes `rentals.state`; answers the new state, or null when the event means nothing now. With the
 * end of a rental its meter and its hold are closed and its device goes to be wiped.
 */
export async function moveRental(
  tx: Tx,
  rental: Pick<LockedRental, 'id' | 'deviceId' | 'state'>,
  event: RentalEvent,
  at: Date,
  detail?: string | null,
): Promise<RentalState | null> {
  const state = nextRentalState(rental.state, event);
  if (!state) return null;

  const end = isOpen(state) ? {} : { endedAt: at, endEvent: event };
  const start = event === 'proved' ? { activeAt: at } : {};
  await tx
    .update(rentals)
    .set({ state, stateSince: at, untold: isNews(event), ...start, ...end })
    .where(eq(rentals.id, rental.id));
  await tellRental(tx, rental.id, event, at, detail);
  if (!isOpen(state)) await release(tx, rental, at);
  return state;
}

/** Adds a line to a rental's history. */
export async function tellRental(tx: Tx, rentalId: string, kind: RentalStoryKind, at: Date, detail?: string | null) {
  await tx.insert(rentalEvents).values({ rentalId, kind, at, detail: detail ?? null });
}

async function release(tx: Tx, rental: Pick<LockedRental, 'id' | 'deviceId'>, at: Date) {
  const rentalId = rental.id;
  await closeMeter(tx, { rentalId, at });
  await releaseHold(tx, { rentalId, at });

  const device = await lockDevice(tx, rental.deviceId);
  const state = device && (await moveDevice(tx, device, 'released', at));
  invariant(state === 'wiping', `the device of rental ${rentalId} was not rented`);
}
