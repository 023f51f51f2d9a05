import { and, eq, inArray } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { devices } from '#db/schema/devices';
import { rentalEvents, rentals } from '#db/schema/rentals';
import { failVerification, type LockedDevice } from '#lib/devices/moves';
import type { EnvironmentReport } from '#lib/protocol/agent';
import { openRentalStates } from '#lib/rentals/lifecycle';
import { type LockedRental, moveRental, tellRental } from '#lib/rentals/moves';
import { fingerprintOf } from '#lib/ssh-keys/public-keys';

/** Takes in how the environment is that a device should have: a rental's, or its verification's. */
export async function recordEnvironment(tx: Tx, device: LockedDevice, report: EnvironmentReport | null, at: Date) {
  await recordVerificationKey(tx, device, report);
  if (!report) return;
  if (device.state === 'verifying' && report.id === device.jobId && report.state === 'failed') {
    return failVerification(tx, device, report.problem ?? 'The test environment did not start.', at);
  }
  const rental = await lockOpenRental(tx, device.id, report.id);
  if (rental) await recordRented(tx, rental, report, at);
}

async function lockOpenRental(tx: Tx, deviceId: string, rentalId: string): Promise<LockedRental | null> {
  const open = inArray(rentals.state, [...openRentalStates]);
  const theirs = and(eq(rentals.id, rentalId), eq(rentals.deviceId, deviceId), open);
  const [rental] = await tx.select().from(rentals).where(theirs).for('no key update');
  return rental ?? null;
}

async function recordRented(tx: Tx, rental: LockedRental, report: EnvironmentReport, at: Date) {
  await recordProgress(tx, rental, report, at);
  await recordHostKey(tx, rental, report, at);
  if (report.state === 'ready' && !rental.environmentReadyAt) {
    await tx.update(rentals).set({ environmentReadyAt: at }).where(eq(rentals.id, rental.id));
    await tellRental(tx, rental.id, 'environmentReady', at);
  }
  if (report.state === 'failed') await moveRental(tx, rental, 'deviceFailed', at, report.problem);
}

/** Tells the first news of an order, and that of its first step, and keeps the steps as the agent timed them. */
async function recordProgress(tx: Tx, rental: LockedRental, { steps }: EnvironmentReport, at: Date) {
  const known = rental.environmentSteps;
  if (rental.environmentReadyAt || (known && known.length >= steps.length)) return;
  await tx.update(rentals).set({ environmentSteps: steps }).where(eq(rentals.id, rental.id));
  if (!known) await tellRental(tx, rental.id, 'orderTaken', at);
  if (!known?.length && steps.length > 0) await tellRental(tx, rental.id, 'environmentStarted', at);
}

/** How many other host keys of one rental are told of; an agent could make up any number. */
const OTHER_KEYS_TOLD = 10;

/** The first host key counts for good: a later one may be somebody in between. It is told, once for each key. */
async function recordHostKey(tx: Tx, rental: LockedRental, { hostKey }: EnvironmentReport, at: Date) {
  if (!hostKey || hostKey === rental.hostKey) return;
  if (!rental.hostKey) {
    await tx.update(rentals).set({ hostKey }).where(eq(rentals.id, rental.id));
    return;
  }
  const detail = fingerprintOf(hostKey);
  const ofKind = and(eq(rentalEvents.rentalId, rental.id), eq(rentalEvents.kind, 'hostKeyChanged'));
  const told = await tx.select({ detail: rentalEvents.detail }).from(rentalEvents).where(ofKind);
  if (told.length >= OTHER_KEYS_TOLD || told.some((known) => known.detail === detail)) return;
  await tellRental(tx, rental.id, 'hostKeyChanged', at, detail);
}

/** The relay may prove the way to a verification's environment exactly while it is ready. */
async function recordVerificationKey(tx: Tx, device: LockedDevice, report: EnvironmentReport | null) {
  const current = device.state === 'verifying' && report?.id === device.jobId && report.state === 'ready';
  const verifyHostKey = current ? report.hostKey : null;
  if (verifyHostKey === device.verifyHostKey) return;
  await tx.update(devices).set({ verifyHostKey }).where(eq(devices.id, device.id));
}
