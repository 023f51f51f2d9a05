import { and, count, desc, eq, gt, gte, ilike, inArray, isNotNull, isNull, lte, notExists, or, sql } from 'drizzle-orm';
import { db } from '#db/client';
import { containing } from '#db/like';
import { users } from '#db/schema/accounts';
import { deviceEvents, devices } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { proofIntervals, rentalEvents, rentals } from '#db/schema/rentals';
import { isId } from '#lib/ids';
import { type Sealer, secretOf } from '#lib/secrets';
import { accessTo } from './access.ts';
import { deadlines } from './deadlines.ts';
import { openRentalStates, type RentalEvent, type RentalState } from './lifecycle.ts';

/** Who looks at a rental. */
export type Viewer = { id: string; isAdmin: boolean };

const lastProofAt =
  sql<Date | null>`(select max(to_at) from ${proofIntervals} where rental_id = ${rentals}.id)`.mapWith(
    proofIntervals.toAt,
  );

const shortColumns = {
  id: rentals.id,
  state: rentals.state,
  stateSince: rentals.stateSince,
  name: rentals.name,
  rate: rentals.rate,
  createdAt: rentals.createdAt,
  activeAt: rentals.activeAt,
  endedAt: rentals.endedAt,
  endEvent: rentals.endEvent,
  lastProofAt,
  device: {
    id: devices.id,
    name: devices.name,
    country: devices.country,
    model: sql<string | null>`${devices.hardware}->>'model'`,
  },
};

const pageColumns = {
  ...shortColumns,
  renterId: rentals.renterId,
  ownerId: rentals.ownerId,
  feeBasisPoints: rentals.feeBasisPoints,
  contractHash: rentals.contractHash,
  port: rentals.port,
  hostKey: rentals.hostKey,
  environmentReadyAt: rentals.environmentReadyAt,
  environmentSteps: rentals.environmentSteps,
  tlsPassthrough: rentals.tlsPassthrough,
  relay: { host: relays.host, rentDomain: relays.rentDomain, httpPort: relays.httpPort, httpsPort: relays.httpsPort },
  tunnelUpSince: devices.tunnelUpSince,
  relaySeenAt: relays.seenAt,
};

/**
 * A rental for somebody who has to do with it; null for everybody else and for one that does not exist. Only its renter
 * learns how to get in.
 */
export async function findRental(rentalId: string, viewer: Viewer) {
  if (!isId(rentalId)) return null;
  const [found] = await db
    .select(pageColumns)
    .from(rentals)
    .innerJoin(devices, eq(devices.id, rentals.deviceId))
    .innerJoin(relays, eq(relays.id, rentals.relayId))
    .where(eq(rentals.id, rentalId));
  const role = found && roleOf(found, viewer);
  if (!role) return null;

  const { port, relay, hostKey, ...rental } = found;
  const access = role === 'renter' ? accessTo({ name: rental.name, port, relay, hostKey }) : null;
  return { ...rental, role, access };
}

/** A rental as one of its sides sees it. */
export type RentalView = NonNullable<Awaited<ReturnType<typeof findRental>>>;

/** What came of the wipe after a rental: the first word of its device after its end; null while that is awaited. */
export async function findWipe({ device, endedAt }: Pick<RentalView, 'device' | 'endedAt'>) {
  if (!endedAt) return null;
  const { kind, at, detail } = deviceEvents;
  const told = and(eq(deviceEvents.deviceId, device.id), inArray(kind, ['wiped', 'wipeFailed']), gte(at, endedAt));
  const [wipe] = await db.select({ kind, at, detail }).from(deviceEvents).where(told).orderBy(deviceEvents.id).limit(1);
  return wipe ?? null;
}

/** The password of an open rental, for its renter alone. */
export async function findPassword(rentalId: string, renterId: string, sealer: Sealer): Promise<string | null> {
  if (!isId(rentalId)) return null;
  const [rental] = await db
    .select({ password: rentals.password, endedAt: rentals.endedAt })
    .from(rentals)
    .where(and(eq(rentals.id, rentalId), eq(rentals.renterId, renterId)));
  return rental && !rental.endedAt ? sealer.open(rental.password, secretOf.rental(rentalId)) : null;
}

/** How many rentals a page shows. */
export const RENTALS_PAGE = 50;

/** What somebody rents and has rented: open ones first, then newest first. */
export async function listRentals(renterId: string, { page }: { page: number } = { page: 1 }) {
  return db
    .select(shortColumns)
    .from(rentals)
    .innerJoin(devices, eq(devices.id, rentals.deviceId))
    .where(eq(rentals.renterId, renterId))
    .orderBy(isNotNull(rentals.endedAt), desc(rentals.id))
    .limit(RENTALS_PAGE)
    .offset((page - 1) * RENTALS_PAGE);
}

/** A rental in a list. */
export type RentalLine = Awaited<ReturnType<typeof listRentals>>[number];

/** The rentals of one of an owner's devices, newest first; none for a stranger's. */
export async function listDeviceRentals(deviceId: string, ownerId: string): Promise<RentalLine[]> {
  if (!isId(deviceId)) return [];
  return db
    .select(shortColumns)
    .from(rentals)
    .innerJoin(devices, eq(devices.id, rentals.deviceId))
    .where(and(eq(rentals.deviceId, deviceId), eq(rentals.ownerId, ownerId)))
    .orderBy(desc(rentals.id))
    .limit(RENTALS_PAGE);
}

/** The rental that a device serves now, for its owner; null when there is none. */
export async function findOpenRental(deviceId: string) {
  const { id, state, stateSince, rate, createdAt, activeAt } = rentals;
  const [rental = null] = await db
    .select({ id, state, stateSince, rate, createdAt, activeAt, lastProofAt })
    .from(rentals)
    .where(and(eq(rentals.deviceId, deviceId), isNull(rentals.endedAt)));
  return rental;
}

/** What has happened in a rental, and the stretches for which it was proven, both oldest first; the caller has made
 * sure that the viewer may know. */
export async function getTimeline(rentalId: string) {
  const [events, proofs] = await Promise.all([
    db
      .select({ id: rentalEvents.id, kind: rentalEvents.kind, at: rentalEvents.at, detail: rentalEvents.detail })
      .from(rentalEvents)
      .where(eq(rentalEvents.rentalId, rentalId))
      .orderBy(rentalEvents.id),
    db
      .select({
        from: proofIntervals.fromAt,
        to: proofIntervals.toAt,
        proofs: proofIntervals.proofs,
        handshakeAt: proofIntervals.handshakeAt,
      })
      .from(proofIntervals)
      .where(eq(proofIntervals.rentalId, rentalId))
      .orderBy(proofIntervals.fromAt),
  ]);
  return { events, proofs };
}

/** Every rental for an admin, newest first, by a part of its name or its renter's address, or by its or its device's id. */
export async function listAllRentals({ search = '', page = 1 }: { search?: string; page?: number }) {
  const part = containing(search);
  const named = or(ilike(rentals.name, part), ilike(users.email, part));
  const byId = () => or(eq(rentals.id, search), eq(rentals.deviceId, search));
  const matches = isId(search) ? byId() : search ? named : undefined;
  const [found, [counted]] = await Promise.all([
    db
      .select({ ...shortColumns, renterId: rentals.renterId, renterEmail: users.email, ownerId: rentals.ownerId })
      .from(rentals)
      .innerJoin(devices, eq(devices.id, rentals.deviceId))
      .innerJoin(users, eq(users.id, rentals.renterId))
      .where(matches)
      .orderBy(desc(rentals.id))
      .limit(RENTALS_PAGE)
      .offset((page - 1) * RENTALS_PAGE),
    db.select({ total: count() }).from(rentals).innerJoin(users, eq(users.id, rentals.renterId)).where(matches),
  ]);
  return { rentals: found, total: counted?.total ?? 0 };
}

/** The rentals that have outlived what their state allows or one of their people, and how each must end. */
export async function listOverdue(at: Date): Promise<{ id: string; event: RentalEvent }[]> {
  const { preparing, suspended } = deadlines(at);
  const since = (state: RentalState, date: Date) => and(eq(rentals.state, state), lte(rentals.stateSince, date));
  const lockedOut = db.select({ id: users.id }).from(users).where(isNotNull(users.suspendedAt));
  const ofLockedOut = sql<boolean>`(${or(inArray(rentals.renterId, lockedOut), inArray(rentals.ownerId, lockedOut))})`;
  const outlived = or(since('preparing', preparing), since('suspended', suspended), ofLockedOut);
  const found = await db
    .select({ id: rentals.id, state: rentals.state, ofLockedOut })
    .from(rentals)
    .where(and(inArray(rentals.state, [...openRentalStates]), outlived));
  const outOfTime = (state: RentalState) => (state === 'preparing' ? 'tookTooLong' : 'graceExpired');
  return found.map(({ id, state, ofLockedOut }) => ({ id, event: ofLockedOut ? 'adminEnded' : outOfTime(state) }));
}

/** The running rentals that were not reached for so long that they are over. */
export async function listLost(at: Date): Promise<string[]> {
  const { unproved } = deadlines(at);
  const proved = db
    .select({ id: proofIntervals.id })
    .from(proofIntervals)
    .where(and(eq(proofIntervals.rentalId, rentals.id), gt(proofIntervals.toAt, unproved)));
  const found = await db
    .select({ id: rentals.id })
    .from(rentals)
    .where(and(eq(rentals.state, 'active'), lte(rentals.stateSince, unproved), notExists(proved)));
  return found.map(({ id }) => id);
}

function roleOf(rental: { renterId: string; ownerId: string }, viewer: Viewer): 'renter' | 'owner' | 'admin' | null {
  if (rental.renterId === viewer.id) return 'renter';
  if (rental.ownerId === viewer.id) return 'owner';
  return viewer.isAdmin ? 'admin' : null;
}
