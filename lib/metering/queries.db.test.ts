import { expect, test } from 'vitest';
import { postUsage, tickMeters } from './commands.ts';
import { listCharges, listExhaustedRentals, listFundedRentals } from './queries.ts';
import { after, makeRental, makeUser, prove } from './testing.ts';

const HOURLY = 3600n; // a micro-dollar a second
const now = after(0);

/** Which of these rentals their wallets do not pay any more. */
const exhaustedOf = async (...rentals: string[]) =>
  (await listExhaustedRentals(now)).filter((id) => rentals.includes(id));

test('rentals run on while their wallet pays two more minutes of all of them', async () => {
  const renter = await makeUser(240n);
  const rentals = [await makeRental(renter, { rate: HOURLY }), await makeRental(renter, { rate: HOURLY })];
  expect(await exhaustedOf(...rentals)).toEqual([]);
});

test('when it does not, the newest stops first, and only as many as it takes', async () => {
  const renter = await makeUser(239n);
  const [older, newer] = [await makeRental(renter, { rate: HOURLY }), await makeRental(renter, { rate: HOURLY })];
  expect(await exhaustedOf(older, newer)).toEqual([newer]);
});

test('what was proven and is not posted yet counts as spent', async () => {
  const rental = await makeRental(await makeUser(200n), { rate: HOURLY });
  await prove(rental, 0, 80);
  await tickMeters({ at: after(80) });
  expect(await exhaustedOf(rental)).toEqual([]);
  await prove(rental, 0, 81);
  await tickMeters({ at: after(81) });
  expect(await exhaustedOf(rental)).toEqual([rental]);
  await postUsage({ at: after(81) });
  expect(await exhaustedOf(rental)).toEqual([rental]);
});

test('a suspended rental goes on when the wallet pays an hour of it and of all that runs beside it', async () => {
  const renter = await makeUser(3n * HOURLY - 1n);
  await makeRental(renter, { rate: HOURLY });
  const older = await makeRental(renter, { rate: HOURLY, state: 'suspended' });
  const newer = await makeRental(renter, { rate: HOURLY, state: 'suspended' });
  const funded = await listFundedRentals(now);
  expect(funded).toContain(older);
  expect(funded).not.toContain(newer);
});

test('a bill shows each posting with its own stretch of time', async () => {
  const rental = await makeRental(await makeUser(1_000_000n), { rate: HOURLY });
  for (const seconds of [60, 100]) {
    await prove(rental, 0, seconds);
    await tickMeters({ at: after(seconds) });
    await postUsage({ at: after(seconds) });
  }
  expect(await listCharges(rental)).toEqual([
    { from: after(0), to: after(60), connectedMs: 60_000n, rate: HOURLY, gross: 60n, fee: 6n, uncollected: 0n },
    { from: after(60), to: after(100), connectedMs: 40_000n, rate: HOURLY, gross: 40n, fee: 4n, uncollected: 0n },
  ]);
});
