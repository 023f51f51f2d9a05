import { eq } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { deviceEvents, devices, tunnelIntervals } from '#db/schema/devices';
import { proofIntervals, rentals } from '#db/schema/rentals';
import { after, makeRental, makeUser } from '../metering/testing.ts';
import { recordProofs, recordTunnels } from './commands.ts';

let rentalId: string;
let deviceId: string;
let relayId: string;

beforeAll(async () => {
  rentalId = await makeRental(await makeUser(10_000_000n));
  const [rental] = await db.select().from(rentals).where(eq(rentals.id, rentalId));
  ({ deviceId, relayId } = rental ?? { deviceId: '', relayId: '' });
});

const seen = (second: number, up = true) => recordTunnels({ relayId, up: up ? [deviceId] : [], at: after(second) });

test('a tunnel that is seen again and again is one stretch, and a lost one begins another', async () => {
  await seen(0);
  await seen(10);
  await seen(20);
  await seen(22, false);
  await seen(25);
  const stretches = await db.select().from(tunnelIntervals).orderBy(tunnelIntervals.fromAt);
  expect(stretches.map(({ fromAt, toAt }) => [fromAt, toAt])).toEqual([
    [after(0), after(20)],
    [after(25), after(25)],
  ]);
  const [device] = await db.select().from(devices).where(eq(devices.id, deviceId));
  expect(device?.tunnelUpSince).toEqual(after(25));
  const story = await db.select().from(deviceEvents).orderBy(deviceEvents.id);
  expect(story.map(({ kind }) => kind)).toEqual(['tunnelOpened', 'tunnelLost', 'tunnelOpened']);
});

test('a tunnel that nobody watched for more than 30 s begins a stretch of its own', async () => {
  await seen(60);
  const stretches = await db.select().from(tunnelIntervals).orderBy(tunnelIntervals.fromAt);
  expect(stretches.at(-1)).toMatchObject({ fromAt: after(60), toAt: after(60) });
});

test('telling a proven stretch twice or late changes nothing, telling more of it makes it longer', async () => {
  const stretch = (to: number) => ({ rentalId, from: after(0), to: after(to), proofs: to / 10 + 1, handshakeAt: null });
  for (const to of [10, 20, 20, 10]) await recordProofs([stretch(to)]);
  const stored = await db.select().from(proofIntervals);
  expect(stored).toMatchObject([{ fromAt: after(0), toAt: after(20) }]);
});

test('proofs of a rental that has ended are dropped: its meter has been read', async () => {
  await db.update(rentals).set({ state: 'ended' }).where(eq(rentals.id, rentalId));
  await recordProofs([{ rentalId, from: after(100), to: after(110), proofs: 2, handshakeAt: null }]);
  expect(await db.select().from(proofIntervals)).toHaveLength(1);
});
