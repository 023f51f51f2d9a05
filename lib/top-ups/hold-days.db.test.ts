import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { after, makeUser, start } from '../metering/testing.ts';
import { holdDaysOf } from './hold-days.ts';
import { scriptedProvider } from './testing.ts';

const DAY = 24 * 3600;

test.each([
  ['of a new account waits for 14 days', 0, false, 14],
  ['of an account that is exactly 90 days old still waits for 14 days', 90 * DAY, false, 14],
  ['of an older account waits for 7 days', 90 * DAY + 1, false, 7],
  ['of a chain, which nobody can call back, waits for a day', 0, true, 1],
])('what is earned by money %s', async (_, age, anyAmount, days) => {
  const userId = await makeUser();
  await db.update(users).set({ createdAt: start }).where(eq(users.id, userId));
  const { provider } = scriptedProvider();
  const bank = { ...provider, capabilities: { ...provider.capabilities, anyAmount } };
  expect(await db.transaction((tx) => holdDaysOf(tx, { userId, provider: bank, at: after(age) }))).toBe(days);
});
