import { and, eq, inArray, or } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import { devices } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { rentals } from '#db/schema/rentals';
import { record } from '#lib/audit/commands';
import { contract } from '#lib/contracts/agreement';
import { writeListed } from '#lib/devices/commands';
import { type LockedDevice, lockDevice, moveDevice } from '#lib/devices/moves';
import { isOnMarket } from '#lib/devices/story';
import { placeHold } from '#lib/ledger/commands';
import { openMeter } from '#lib/metering/commands';
import { listExhaustedRentals, listFundedRentals } from '#lib/metering/queries';
import { done, type Outcome, refused } from '#lib/outcome';
import { inTurn } from '#lib/process/each';
import { isAlive } from '#lib/relays/heartbeat';
import type { Sealer } from '#lib/secrets';
import { draftRental } from './drafts.ts';
import { isOpen, openRentalStates, type RentalEvent, type RentalState } from './lifecycle.ts';
import { type LockedRental, lockRental, moveRental, tellRental } from './moves.ts';
import { listLost, listOverdue } from './queries.ts';

/** What somebody agrees to, the rate as the page showed it. */
type RentRequest = {
  deviceId: string;
  renterId: string;
  contractHash: string;
  rate: bigint;
  at: Date;
  sealer: Sealer;
};

/** Why somebody cannot rent a device now. */
export type RentRefusal =
  | 'notFound'
  | 'notOnMarket'
  | 'relaySilent'
  | 'notEnoughFunds'
  | 'contractChanged'
  | 'rateChanged'
  | 'emailNotVerified'
  | 'suspended'
  | 'noPortFree';

/** Rents a device: it leaves the market, an hour of its rate is set aside, and its agent is told to get ready. */
export async function rentDevice(request: RentRequest): Promise<Outcome<{ rentalId: string }, RentRefusal>> {
  const { deviceId, renterId, contractHash, at } = request;
  if (contractHash !== contract.hash) return refused('contractChanged');
  return db.transaction(async (tx) => {
    const obstacle = await obstacleFor(tx, renterId);
    if (obstacle) return refused(obstacle);
    const device = await lockDevice(tx, deviceId);
    if (!device) return refused('notFound');
    const absence = await absenceOf(tx, device, at);
    if (absence) return refused(absence);
    if (device.rate !== request.rate) return refused('rateChanged');

    const rentalId = await draftRental(tx, device, request);
    if (!rentalId) return refused('noPortFree');
    const hold = await placeHold(tx, { renterId, rentalId, amount: device.rate, at });
    if (!hold.ok) {
      // The hold needed the row; nobody has seen it, and it never was a contract.
      await tx.delete(rentals).where(eq(rentals.id, rentalId));
      return hold;
    }
    await moveDevice(tx, device, 'rented', at);
    await tellRental(tx, rentalId, 'agreed', at);
    return done({ rentalId });
  });
}

/** Ends a rental by its renter's wish. Safe to repeat: one that is over stays as it ended. */
export async function stopRental(request: {
  rentalId: string;
  renterId: string;
  at: Date;
}): Promise<Outcome<RentalState, 'notFound'>> {
  return db.transaction(async (tx) => {
    const rental = await lockRental(tx, request.rentalId);
    // A stranger's rental and a missing one look the same from outside.
    if (rental?.renterId !== request.renterId) return refused('notFound');
    return done(await end(tx, rental, 'renterStopped', request.at));
  });
}

/** Ends a rental by an admin's decision, which the audit log keeps with its reason. */
export async function endRentalAsAdmin(request: {
  rentalId: string;
  adminId: string;
  reason: string;
  address: string | null;
  at: Date;
}): Promise<Outcome<RentalState, 'notFound'>> {
  const { rentalId, adminId: actorId, reason: detail, address, at } = request;
  return db.transaction(async (tx) => {
    const rental = await lockRental(tx, rentalId);
    if (!rental) return refused('notFound');
    if (!isOpen(rental.state)) return done(rental.state);
    await record(tx, { actorId, action: 'rentalEnded', objectKind: 'rental', objectId: rentalId, detail, address, at });
    return done(await end(tx, rental, 'adminEnded', at, detail));
  });
}

/** Ends whatever a suspended person rents, and whatever others rent from that person. */
export async function endRentalsOf(request: {
  userId: string;
  adminId: string;
  address: string | null;
  at: Date;
}): Promise<void> {
  const { userId, ...by } = request;
  const theirs = or(eq(rentals.renterId, userId), eq(rentals.ownerId, userId));
  const open = await db
    .select({ id: rentals.id })
    .from(rentals)
    .where(and(theirs, inArray(rentals.state, [...openRentalStates])));
  const end = (rentalId: string) => endRentalAsAdmin({ ...by, rentalId, reason: 'a person was suspended' });
  await inTurn(
    open.map(({ id }) => id),
    end,
  );
}

/** Ends the rental of an owner's device by the owner's wish, and takes the device off the market. */
export async function withdrawDevice(request: {
  deviceId: string;
  ownerId: string;
  at: Date;
}): Promise<Outcome<RentalState, 'notFound' | 'notRented'>> {
  const { deviceId, ownerId, at } = request;
  return db.transaction(async (tx) => {
    const device = await lockDevice(tx, deviceId);
    if (device?.ownerId !== ownerId) return refused('notFound');
    const open = and(eq(rentals.deviceId, deviceId), inArray(rentals.state, [...openRentalStates]));
    const [rental] = await tx.select().from(rentals).where(open).for('no key update');
    if (!rental) return refused('notRented');
    await writeListed(tx, device, false, at);
    return done(await end(tx, rental, 'ownerWithdrew', at));
  });
}

/** Lets the relay pass TLS on to the environment's port 443, or end it itself; only while the rental is open. */
export async function setTlsPassthrough(request: {
  rentalId: string;
  renterId: string;
  tlsPassthrough: boolean;
}): Promise<Outcome<void, 'notFound' | 'over'>> {
  const { rentalId, renterId, tlsPassthrough } = request;
  return db.transaction(async (tx) => {
    const rental = await lockRental(tx, rentalId);
    if (rental?.renterId !== renterId) return refused('notFound');
    if (!isOpen(rental.state)) return refused('over');
    await tx.update(rentals).set({ tlsPassthrough }).where(eq(rentals.id, rentalId));
    return done(undefined);
  });
}

/** The relay has reached a new rental's environment through its public port: from here on, time counts. */
export async function rentalProved({
  rentalId,
  at,
}: {
  rentalId: string;
  at: Date;
}): Promise<Outcome<RentalState, 'notFound' | 'notPreparing'>> {
  return db.transaction(async (tx) => {
    const rental = await lockRental(tx, rentalId);
    if (!rental) return refused('notFound');
    if (rental.state === 'active') return done(rental.state);
    const state = await moveRental(tx, rental, 'proved', at);
    if (!state) return refused('notPreparing');
    const { renterId, ownerId, rate, feeBasisPoints } = rental;
    await openMeter(tx, { rentalId, renterId, ownerId, rate, feeBasisPoints, at });
    return done(state);
  });
}

/** Pauses the running rentals that their wallets cannot carry on with. */
export async function suspendExhausted({ at }: { at: Date }): Promise<void> {
  await inTurn(await listExhaustedRentals(at), (id) => moveOne(id, 'fundsRanOut', at));
}

/** Resumes the paused rentals whose wallets were filled again. */
export async function resumeFunded({ at }: { at: Date }): Promise<void> {
  await inTurn(await listFundedRentals(at), (id) => moveOne(id, 'funded', at));
}

/** Ends the rentals that took too long to get ready, stayed without money for too long, or outlived a suspension. */
export async function endExpired({ at }: { at: Date }): Promise<void> {
  const move = ({ id, event }: { id: string; event: RentalEvent }) => moveOne(id, event, at);
  await inTurn(await listOverdue(at), move, ({ id }) => id);
}

/** Ends the rentals whose devices stayed out of reach; it reads all proofs of a day, so once a minute is often enough. */
export async function endLost({ at }: { at: Date }): Promise<void> {
  await inTurn(await listLost(at), (id) => moveOne(id, 'deviceLost', at));
}

async function moveOne(rentalId: string, event: RentalEvent, at: Date) {
  await db.transaction(async (tx) => {
    const rental = await lockRental(tx, rentalId);
    // Whatever happened since it was listed goes first; the next sweep looks again.
    if (rental && rental.stateSince <= at) await moveRental(tx, rental, event, at);
  });
}

async function end(tx: Tx, rental: LockedRental, event: RentalEvent, at: Date, detail?: string): Promise<RentalState> {
  return (await moveRental(tx, rental, event, at, detail)) ?? rental.state;
}

/** Why nobody can rent this device now. */
async function absenceOf(tx: Tx, device: LockedDevice, at: Date): Promise<'notOnMarket' | 'relaySilent' | null> {
  const [relay] = await tx
    .select({ seenAt: relays.seenAt })
    .from(relays)
    .innerJoin(devices, and(eq(devices.relayId, relays.id), eq(devices.id, device.id)));
  if (relay && !isAlive(relay, at)) return 'relaySilent';
  const ownerSuspended = (await obstacleFor(tx, device.ownerId)) === 'suspended';
  return ownerSuspended || !isOnMarket(device, at) ? 'notOnMarket' : null;
}

/** Keeps whoever suspends this person waiting, so that the rental is there to be ended. */
async function obstacleFor(tx: Tx, userId: string): Promise<'suspended' | 'emailNotVerified' | null> {
  const [user] = await tx.select().from(users).where(eq(users.id, userId)).for('share');
  if (!user || user.suspendedAt) return 'suspended';
  return user.emailVerifiedAt ? null : 'emailNotVerified';
}
