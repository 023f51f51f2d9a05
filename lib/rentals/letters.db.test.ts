import { eq } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { rentals } from '#db/schema/rentals';
import { after, makeMarketDevice, makePerson, makeRelay, sealer, start } from '../agents/testing.ts';
import { contract } from '../contracts/agreement.ts';
import { lettersTo, subjectsTo } from '../payouts/testing.ts';
import { endRentalAsAdmin, rentalProved, rentDevice, stopRental, withdrawDevice } from './commands.ts';
import { tellRenters } from './letters.ts';
import type { RentalEvent } from './lifecycle.ts';
import { lockRental, moveRental } from './moves.ts';

const letterhead = { publicUrl: 'https://broker.example', sealer };
const RATE = 1_000_000n;

beforeAll(async () => {
  await makeRelay();
});

/** A rental that was agreed, and what its renter has been told of it since. */
async function makeRental() {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: 3n * RATE }), makePerson()]);
  const deviceId = await makeMarketDevice(ownerId, { rate: RATE });
  const asked = { deviceId, renterId, contractHash: contract.hash, rate: RATE, at: start, sealer };
  const rented = await rentDevice(asked);
  const rentalId = rented.ok ? rented.value.rentalId : '';
  const [rental] = await db.select().from(rentals).where(eq(rentals.id, rentalId));
  const name = rental?.name ?? '';
  const told = async () => (await subjectsTo(renterId)).map((subject) => subject.replace(`${name} `, ''));
  const happen = (event: RentalEvent, seconds: number) =>
    db.transaction(async (tx) => {
      const locked = await lockRental(tx, rentalId);
      if (locked) await moveRental(tx, locked, event, after(seconds));
    });
  return { renterId, ownerId, deviceId, rentalId, name, told, happen };
}

async function makeRunning() {
  const rental = await makeRental();
  await rentalProved({ rentalId: rental.rentalId, at: after(1) });
  return rental;
}

test('what a renter did is no news: renting, getting ready and stopping bring no letter', async () => {
  const { rentalId, renterId, told } = await makeRunning();
  await tellRenters(letterhead);
  await stopRental({ rentalId, renterId, at: after(60) });
  await tellRenters(letterhead);
  expect(await told()).toEqual([]);
});

test('a renter whose wallet ran empty is told of the pause, and at last of the end, once each', async () => {
  const { happen, told } = await makeRunning();
  await happen('fundsRanOut', 60);
  for (const _ of [1, 2]) await tellRenters(letterhead);
  expect(await told()).toEqual(['is paused: your wallet is empty']);
  await happen('graceExpired', 3660);
  for (const _ of [1, 2]) await tellRenters(letterhead);
  expect(await told()).toEqual(['is paused: your wallet is empty', 'has ended: your wallet stayed empty']);
});

test('a pause that is over before a letter could be written brings none', async () => {
  const { happen, told } = await makeRunning();
  await happen('fundsRanOut', 60);
  await happen('funded', 61);
  await tellRenters(letterhead);
  expect(await told()).toEqual([]);
});

test('a renter is told that the owner took the device back, and where to read about it', async () => {
  const { deviceId, ownerId, renterId, rentalId, name } = await makeRunning();
  await withdrawDevice({ deviceId, ownerId, at: after(60) });
  await tellRenters(letterhead);
  const [body] = await lettersTo(renterId);
  expect(body).toContain(`your rental ${name} has ended: the owner has taken the device back.`);
  expect(body).toContain(`https://broker.example/rentals/${rentalId}`);
  expect(await subjectsTo(ownerId)).toEqual([]);
});

test('an admin’s reason stays on the rental’s page: letters do not carry it', async () => {
  const { rentalId, renterId, told } = await makeRunning();
  const by = { adminId: await makePerson(), reason: 'mined coins', address: null, at: after(60) };
  await endRentalAsAdmin({ rentalId, ...by });
  await tellRenters(letterhead);
  expect(await told()).toEqual(['was ended by an admin of the broker']);
  expect(String(await lettersTo(renterId))).not.toContain('mined');
});

test.each([
  ['deviceFailed', 'could not start: its device failed to prepare it'],
  ['tookTooLong', 'could not start: its device did not get ready in time'],
] as const)('a renter whose device came to nothing (%s) is told, and that nothing was paid', async (event, subject) => {
  const { renterId, happen, told } = await makeRental();
  await happen(event, 130);
  await tellRenters(letterhead);
  expect(await told()).toEqual([subject]);
  expect(String(await lettersTo(renterId))).toContain('You have paid nothing for it');
});

test('of several processes that tell renters at once, one does', async () => {
  const { happen, told } = await makeRunning();
  await happen('deviceLost', 60);
  await Promise.all([1, 2, 3].map(() => tellRenters(letterhead)));
  expect(await told()).toEqual(['has ended: its device was out of reach for 24 hours']);
});
