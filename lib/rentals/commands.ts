import { randomInt } from 'node:crypto';
import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { sshKeys, users } from '#db/schema/accounts';
import { relays } from '#db/schema/relays';
import { rentals } from '#db/schema/rentals';
import { record } from '#lib/audit/commands';
import { contract } from '#lib/contracts/agreement';
import { keepContract } from '#lib/contracts/commands';
import { writeListed } from '#lib/devices/commands';
import { type LockedDevice, lockDevice, moveDevice } from '#lib/devices/moves';
import { isOnMarket } from '#lib/devices/story';
import { InvariantError } from '#lib/errors';
import { placeHold } from '#lib/ledger/commands';
import { openMeter } from '#lib/metering/commands';
import { listExhaustedRentals, listFundedRentals } from '#lib/metering/queries';
import { done, type Outcome, refused } from '#lib/outcome';
import { type Sealer, secretOf } from '#lib/secrets';
import { getFeeBasisPoints } from '#lib/settings/queries';
import { isOpen, openRentalStates, type RentalEvent, type RentalState } from './lifecycle.ts';
import { type LockedRental, lockRental, moveRental, tellRental } from './moves.ts';
import { rentalName, rentalPassword } from './names.ts';
import { listLost, listOverdue } from './queries.ts';

type RentRequest = { deviceId: string; renterId: string; contractHash: string; at: Date; sealer: Sealer };

/** Why somebody cannot rent a device now. */
export type RentRefusal =
  | 'notFound'
  | 'notOnMarket'
  | 'notEnoughFunds'
  | 'contractChanged'
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
    const ownerSuspended = (await obstacleFor(tx, device.ownerId)) === 'suspended';
    if (ownerSuspended || !isOnMarket(device, at)) return refused('notOnMarket');

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
  for (const { id } of open) await endRentalAsAdmin({ ...by, rentalId: id, reason: 'a person was suspended' });
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
  for (const id of await listExhaustedRentals(at)) await moveOne(id, 'fundsRanOut', at);
}

/** Resumes the paused rentals whose wallets were filled again. */
export async function resumeFunded({ at }: { at: Date }): Promise<void> {
  for (const id of await listFundedRentals(at)) await moveOne(id, 'funded', at);
}

/** Ends the rentals that took too long to get ready, or stayed without money for too long. */
export async function endExpired({ at }: { at: Date }): Promise<void> {
  for (const { id, event } of await listOverdue(at)) await moveOne(id, event, at);
}

/** Ends the rentals whose devices stayed out of reach; it reads all proofs of a day, so once a minute is often enough. */
export async function endLost({ at }: { at: Date }): Promise<void> {
  for (const id of await listLost(at)) await moveOne(id, 'deviceLost', at);
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

async function obstacleFor(tx: Tx, userId: string): Promise<'suspended' | 'emailNotVerified' | null> {
  const [user] = await tx.select().from(users).where(eq(users.id, userId));
  if (!user || user.suspendedAt) return 'suspended';
  return user.emailVerifiedAt ? null : 'emailNotVerified';
}

/** Writes the rental's row under a free port and an unused name; null when the relay's ports are all taken. */
async function draftRental(tx: Tx, device: LockedDevice, request: RentRequest): Promise<string | null> {
  const { renterId, contractHash, at, sealer } = request;
  await keepContract(tx, at);
  const feeBasisPoints = await getFeeBasisPoints(tx);
  const keys = await tx.select({ key: sshKeys.publicKey }).from(sshKeys).where(eq(sshKeys.userId, renterId));
  const authorizedKeys = keys.map(({ key }) => key);
  const { id: deviceId, ownerId, relayId, rate } = device;
  if (!relayId) throw new InvariantError(`device ${deviceId} is on the market without a relay`);

  for (let attempt = 0; attempt < 10; attempt++) {
    const place = await freePlace(tx, relayId);
    if (!place) return null;
    const password = sealer.seal(rentalPassword(randomInt), secretOf.rental(place.id));
    const frozen = { renterId, ownerId, deviceId, relayId, rate, feeBasisPoints, contractHash, authorizedKeys };
    const row = { ...place, ...frozen, name: rentalName(randomInt), password, createdAt: at, stateSince: at };
    // Another rental may take the same port or name at this very moment: then draw again.
    const [taken] = await tx.insert(rentals).values(row).onConflictDoNothing().returning({ id: rentals.id });
    if (taken) return taken.id;
  }
  return null;
}

/** An id, and a random port of the relay that no open rental has. */
async function freePlace(tx: Tx, relayId: string): Promise<{ id: string; port: number } | null> {
  const { rows } = await tx.execute<{ id: string; port: number }>(sql`
    select uuidv7() as id, port
    from ${relays} relay, generate_series(relay.first_port, relay.last_port) as port
    where relay.id = ${relayId} and not exists (
      select from ${rentals} where relay_id = relay.id and rentals.port = port.port
        and state in ('preparing', 'active', 'suspended'))
    order by random() limit 1`);
  return rows[0] ?? null;
}
