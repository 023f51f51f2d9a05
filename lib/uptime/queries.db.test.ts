import { expect, test } from 'vitest';
import { db } from '#db/client';
import { devices, tunnelIntervals } from '#db/schema/devices';
import { makeUser } from '../metering/testing.ts';
import { listUptimeDays } from './queries.ts';

const now = new Date('2026-11-22T12:00:00Z');

/** A device whose tunnel was open from one instant to another, several times. */
async function deviceUp(...stretches: [from: string, to: string][]): Promise<string> {
  const offer = { name: 'Attic', country: 'NO', rate: 100n, diskGigabytes: 8, listed: true };
  const [device] = await db
    .insert(devices)
    .values({ ...offer, ownerId: await makeUser() })
    .returning({ id: devices.id });
  const deviceId = device?.id ?? '';
  for (const [from, to] of stretches) {
    await db.insert(tunnelIntervals).values({ deviceId, fromAt: new Date(from), toAt: new Date(to) });
  }
  return deviceId;
}

test('a device that never opened its tunnel has no days', async () => {
  expect(await listUptimeDays(await deviceUp(), now)).toEqual([]);
});

test('the first day counts from the first tunnel, the last one up to now', async () => {
  const device = await deviceUp(['2026-11-20T18:00:00Z', '2026-11-22T12:00:00Z']);
  expect(await listUptimeDays(device, now)).toEqual([
    { day: '2026-11-20', share: 1 },
    { day: '2026-11-21', share: 1 },
    { day: '2026-11-22', share: 1 },
  ]);
});

test('what is missing of a day is missing of its share, over midnight too', async () => {
  const device = await deviceUp(
    ['2026-11-20T00:00:00Z', '2026-11-20T06:00:00Z'],
    ['2026-11-20T18:00:00Z', '2026-11-21T06:00:00Z'],
    ['2026-11-22T09:00:00Z', '2026-11-22T12:00:00Z'],
  );
  expect((await listUptimeDays(device, now)).map(({ share }) => share)).toEqual([0.5, 0.25, 0.25]);
});

test('a day without a tunnel stands in the list, as nothing', async () => {
  const device = await deviceUp(
    ['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z'],
    ['2026-11-22T00:00:00Z', '2026-11-22T12:00:00Z'],
  );
  expect(await listUptimeDays(device, now)).toMatchObject([
    { share: 1 },
    { day: '2026-11-21', share: 0 },
    { share: 1 },
  ]);
});

test('no more than thirty days are told, however old the device', async () => {
  const days = await listUptimeDays(await deviceUp(['2026-01-01T00:00:00Z', '2026-11-22T12:00:00Z']), now);
  expect(days).toHaveLength(30);
  expect(days[0]).toEqual({ day: '2026-10-24', share: 1 });
});

test('the neighbour’s tunnel is not counted', async () => {
  await deviceUp(['2026-11-01T00:00:00Z', '2026-11-22T12:00:00Z']);
  const device = await deviceUp(['2026-11-22T00:00:00Z', '2026-11-22T06:00:00Z']);
  expect(await listUptimeDays(device, now)).toEqual([{ day: '2026-11-22', share: 0.5 }]);
});
