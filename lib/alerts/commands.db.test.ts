import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { mails } from '#db/schema/mail';
import { tickMeters } from '../metering/commands.ts';
import { after, makeRental, makeUser, prove, start } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { creditWallet } from '../payments/manual.ts';
import { scriptedProvider } from '../top-ups/testing.ts';
import { setAlertLevel, tellOfLowWallets } from './commands.ts';

const HOUR = 3600;
const { treasury } = scriptedProvider();

/** A renter of something for a dollar an hour, with funds for so many hours. */
async function makeRenter(hours: bigint) {
  const userId = await makeUser(hours * DOLLAR);
  const rental = await makeRental(userId, { rate: DOLLAR, ownerId: await makeUser() });
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  const hour = async (hours: number) => {
    await prove(rental, 0, hours * HOUR);
    await tickMeters({ at: after(hours * HOUR) });
    await tellOfLowWallets(treasury, { at: after(hours * HOUR) });
  };
  const told = () =>
    db
      .select()
      .from(mails)
      .where(eq(mails.recipient, user?.email ?? ''));
  const subjects = async () => (await told()).map(({ subject }) => subject.replace(' left in your wallet', ''));
  return { userId, hour, subjects };
}

test('a renter is told a day, an hour and ten minutes before the money runs out, once each', async () => {
  const { hour, subjects } = await makeRenter(30n);
  for (const hours of [1, 5, 6.5, 7, 20, 29.5, 29.6, 29.9, 29.95]) await hour(hours);
  expect(await subjects()).toEqual(['$23.50', '$0.50', '$0.10']);
});

test('who adds funds is warned anew when they run low again', async () => {
  const { userId, hour, subjects } = await makeRenter(2n);
  await hour(1);
  const credit = { userId, adminId: userId, reason: 'cash', key: userId, address: '::1', at: start };
  await creditWallet({ ...credit, amount: 40n * DOLLAR });
  await hour(2);
  await hour(20);
  expect(await subjects()).toEqual(['$1.00', '$22.00']);
});

test('a person is told when the wallet falls below their own level, also when nothing runs', async () => {
  const userId = await makeUser(3n * DOLLAR);
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  await setAlertLevel({ userId, level: 5n * DOLLAR });
  for (const _ of [1, 2]) await tellOfLowWallets(treasury, { at: start });
  const told = await db
    .select()
    .from(mails)
    .where(eq(mails.recipient, user?.email ?? ''));
  expect(told.map(({ subject }) => subject)).toEqual(['$3.00 left in your wallet']);
});

test.each([0n, -1n, 10_001n * DOLLAR])('a level of %s is refused', async (level) => {
  expect(await setAlertLevel({ userId: await makeUser(), level })).toEqual({ ok: false, reason: 'amountOutOfRange' });
});
