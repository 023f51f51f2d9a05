import { randomUUID } from 'node:crypto';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { devices } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { contracts, proofIntervals, rentals } from '#db/schema/rentals';
import { addLot } from '../funding/commands.ts';
import { post } from '../ledger/post.ts';
import { manualCredit } from '../ledger/postings.ts';
import type { RentalState } from '../rentals/lifecycle.ts';
import { openMeter, postUsage, tickMeters } from './commands.ts';

/** The instant at which the rentals of these tests begin. */
export const start = new Date('2026-11-01T00:00:00.000Z');

/** So many seconds after the start. */
export function after(seconds: number): Date {
  return new Date(start.getTime() + Math.round(seconds * 1000));
}

/** A person, with `credit` in the wallet. */
export async function makeUser(credit = 0n): Promise<string> {
  const person = { email: `${randomUUID()}@example.test`, name: 'Somebody', passwordHash: 'none' };
  const [user] = await db.insert(users).values(person).returning({ id: users.id });
  const id = user?.id ?? '';
  const top = { userId: id, amount: credit, reason: 'for a test', adminId: id, key: randomUUID(), at: start };
  if (credit === 0n) return id;
  await db.transaction(async (tx) => {
    await post(tx, manualCredit(top));
    await addLot(tx, { userId: id, source: 'manual', paymentId: null, amount: credit, holdDays: 1, at: start });
  });
  return id;
}

/** Each rental has a port of its own; the draws of the product's own renting begin below. */
const ports = { next: 30_000 };

/** A rental with an open meter. */
export async function makeRental(
  renterId: string,
  { rate = 10_000n, ownerId = renterId, feeBasisPoints = 1000, state = 'active' as RentalState } = {},
): Promise<string> {
  const relayId = await makeRelay();
  await db.insert(contracts).values({ hash: 'none', version: '0', body: 'none' }).onConflictDoNothing();
  const device = { ownerId, relayId, name: 'Attic', country: 'NO', rate, diskGigabytes: 8, listed: true };
  const [{ id: deviceId } = { id: '' }] = await db.insert(devices).values(device).returning({ id: devices.id });
  const contract = { renterId, deviceId, ownerId, relayId, state, rate, feeBasisPoints, contractHash: 'none' };
  const access = {
    name: randomUUID(),
    port: ports.next++,
    password: '',
    authorizedKeys: [],
  };
  const [rental] = await db
    .insert(rentals)
    .values({ ...contract, ...access })
    .returning({ id: rentals.id });
  const rentalId = rental?.id ?? '';
  await db.transaction((tx) => openMeter(tx, { rentalId, renterId, ownerId, rate, feeBasisPoints, at: start }));
  return rentalId;
}

async function makeRelay(): Promise<string> {
  const ports = { sshPort: 2222, httpPort: 80, httpsPort: 443, firstPort: 20_000, lastPort: 29_999 };
  const names = { name: 'test', host: 'relay.test', deviceHost: 'relay.test', rentDomain: 'rent.test' };
  const [relay] = await db
    .insert(relays)
    .values({ ...ports, ...names, sshUser: 'tunnel', hostKey: '' })
    .onConflictDoUpdate({ target: relays.name, set: { host: 'relay.test' } })
    .returning({ id: relays.id });
  return relay?.id ?? '';
}

/** The relay proves that a rental answered all the time between these seconds after the start. */
export async function prove(rentalId: string, fromSecond: number, toSecond: number) {
  const toAt = after(toSecond);
  await db
    .insert(proofIntervals)
    .values({ rentalId, fromAt: after(fromSecond), toAt })
    .onConflictDoUpdate({ target: [proofIntervals.rentalId, proofIntervals.fromAt], set: { toAt } });
}

/** A rental that answers from the start on, counted and posted at each of these seconds. */
export async function makeCharges(rentalId: string, seconds: number[]) {
  for (const second of seconds) {
    await prove(rentalId, 0, second);
    await tickMeters({ at: after(second) });
    await postUsage({ at: after(second) });
  }
}
