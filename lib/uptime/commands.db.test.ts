import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { devices, tunnelIntervals } from '#db/schema/devices';
import { makeUser } from '../metering/testing.ts';
import { refreshUptime } from './commands.ts';

const day = (n: number) => new Date(Date.UTC(2026, 9, 1 + n));

test.each([
  ['never connected', [], 0],
  ['connected for half of its ten days here', [[50, 55]], 0.5],
  ['always connected', [[0, 60]], 1],
  [
    'connected for 15 of the last 30 days, whatever was before',
    [
      [0, 20],
      [40, 55],
    ],
    0.5,
  ],
  ['gone for longer than that', [[0, 20]], 0],
])('the uptime of a device that was %s', async (_, stretches, share) => {
  const device = {
    ownerId: await makeUser(),
    name: 'Attic',
    country: 'NO',
    rate: 100n,
    diskGigabytes: 8,
    listed: true,
  };
  const [{ id } = { id: '' }] = await db.insert(devices).values(device).returning({ id: devices.id });
  for (const [from = 0, to = 0] of stretches) {
    await db.insert(tunnelIntervals).values({ deviceId: id, fromAt: day(from), toAt: day(to) });
  }
  for (const _ of [1, 2]) await refreshUptime({ at: day(60) });
  const [found] = await db.select({ uptime30: devices.uptime30 }).from(devices).where(eq(devices.id, id));
  expect(found?.uptime30).toBeCloseTo(share, 4);
});
