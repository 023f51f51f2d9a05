import { expect, test } from 'vitest';
import { db } from '#db/client';
import { tickMeters } from '../metering/commands.ts';
import { after, makeRental, makeUser, prove, start } from '../metering/testing.ts';
import { done, refused } from '../outcome.ts';
import { getWallet } from './balances.ts';
import { placeHold, releaseHold } from './commands.ts';

const hold = (renterId: string, rentalId: string, amount: bigint) =>
  db.transaction((tx) => placeHold(tx, { renterId, rentalId, amount, at: start }));
const release = (rentalId: string) => db.transaction((tx) => releaseHold(tx, { rentalId, at: after(60) }));

test('what is held for one rental cannot be promised to another, but can be used', async () => {
  const renter = await makeUser(100n);
  const [first, second] = [await makeRental(renter), await makeRental(renter)];
  expect(await hold(renter, first, 60n)).toEqual(done(undefined));
  expect(await hold(renter, second, 41n)).toEqual(refused('notEnoughFunds'));
  expect(await getWallet(renter, start)).toMatchObject({ balance: 100n, held: 60n, spendable: 100n, free: 40n });
});

test('time that was proven and not posted yet is not free', async () => {
  const renter = await makeUser(100n);
  const running = await makeRental(renter, { rate: 3600n });
  await prove(running, 0, 50);
  await tickMeters({ at: after(50) });
  expect(await hold(renter, running, 51n)).toEqual(refused('notEnoughFunds'));
  expect(await hold(renter, running, 50n)).toEqual(done(undefined));
});

test('a hold placed or released twice counts once', async () => {
  const renter = await makeUser(100n);
  const rental = await makeRental(renter);
  for (const _ of [1, 2]) expect(await hold(renter, rental, 60n)).toEqual(done(undefined));
  expect(await getWallet(renter, start)).toMatchObject({ held: 60n });
  for (const _ of [1, 2]) await release(rental);
  expect(await getWallet(renter, start)).toMatchObject({ held: 0n, free: 100n });
});

test('of many rentals that want the last of a wallet at once, only as many get a hold as it can pay', async () => {
  const renter = await makeUser(100n);
  const rentals = await Promise.all(Array.from({ length: 8 }, () => makeRental(renter)));
  const outcomes = await Promise.all(rentals.map((rental) => hold(renter, rental, 30n)));
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
  expect(await getWallet(renter, start)).toMatchObject({ held: 90n, free: 10n });
});

test('somebody who never paid in has nothing to hold', async () => {
  const renter = await makeUser();
  expect(await hold(renter, await makeRental(renter), 1n)).toEqual(refused('notEnoughFunds'));
});
