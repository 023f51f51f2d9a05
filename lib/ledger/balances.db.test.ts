import { expect, test } from 'vitest';
import { postUsage, tickMeters } from '../metering/commands.ts';
import { after, makeCharges, makeRental, makeUser, prove, start } from '../metering/testing.ts';
import { getDeviceEarnings, getEarnings, getWallet, listMovements } from './balances.ts';

test('a wallet shows what it has, what runs on it, and for how long that lasts', async () => {
  const renter = await makeUser(10_000n);
  const rental = await makeRental(renter, { rate: 3600n });
  await prove(rental, 0, 1000);
  await tickMeters({ at: after(1000) });
  const figures = { unposted: 1000n, held: 0n, spendable: 9000n, free: 9000n, burnPerHour: 3600n, runwaySeconds: 9000 };
  expect(await getWallet(renter, after(1000))).toEqual({ balance: 10_000n, ...figures });
  await postUsage({ at: after(1000) });
  expect(await getWallet(renter, after(1000))).toEqual({ balance: 9000n, ...figures, unposted: 0n });
});

test('somebody who never paid has an empty wallet and no history', async () => {
  const user = await makeUser();
  expect(await getWallet(user, start)).toMatchObject({ balance: 0n, free: 0n, runwaySeconds: null });
  expect(await listMovements(user, { page: 1 })).toEqual({ movements: [], hasMore: false });
  expect(await getEarnings(user)).toEqual({ pending: 0n, days: [] });
});

test('the history tells each credit with its reason and each charge with its rental, newest first', async () => {
  const renter = await makeUser(150n);
  const rental = await makeRental(renter, { rate: 3600n });
  await makeCharges(rental, [60, 200]);
  const { movements, hasMore } = await listMovements(renter, { page: 1 });
  expect(hasMore).toBe(false);
  const told = { kind: 'usage', rentalId: rental, deviceName: 'Attic', rate: 3600n };
  expect(movements).toMatchObject([
    { ...told, from: after(60), to: after(200), connectedMs: 140_000n, amount: -90n },
    { ...told, from: after(0), to: after(60), connectedMs: 60_000n, amount: -60n },
    { kind: 'booking', posting: 'manualCredit', reason: 'for a test', amount: 150n, at: start },
  ]);
});

test('a long history comes in pages that miss nothing and repeat nothing', async () => {
  const renter = await makeUser(1_000_000n);
  await makeCharges(
    await makeRental(renter, { rate: 3600n }),
    Array.from({ length: 60 }, (_, n) => n + 1),
  );
  const [first, second] = [await listMovements(renter, { page: 1 }), await listMovements(renter, { page: 2 })];
  expect([first.hasMore, second.hasMore]).toEqual([true, false]);
  expect(new Set([...first.movements, ...second.movements].map(({ id }) => id)).size).toBe(61);
});

test('an owner sees what each device earned on each day, after the fee', async () => {
  const [ownerId, renter] = [await makeUser(), await makeUser(1_000_000n)];
  const rental = await makeRental(renter, { ownerId, rate: 3600n });
  await makeCharges(rental, [100, 86_400 + 100]);
  const { pending, days } = await getEarnings(ownerId);
  expect(days.map(({ day, earned }) => [day, earned])).toEqual([
    ['2026-11-02', 77_760n],
    ['2026-11-01', 90n],
  ]);
  expect(pending).toBe(77_850n);
  expect(await getDeviceEarnings(days[0]?.deviceId ?? '')).toEqual({ total: 77_850n, days });
});
