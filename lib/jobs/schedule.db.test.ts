import { eq } from 'drizzle-orm';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { db } from '#db/client';
import { devices } from '#db/schema/devices';
import { proofIntervals, rentals } from '#db/schema/rentals';
import { getRentalCost, listCharges } from '../metering/queries.ts';
import { makeRental, makeUser } from '../metering/testing.ts';
import { createSealer } from '../secrets.ts';
import { startJobs } from './schedule.ts';

const log = pino({ level: 'silent' });
const sealer = createSealer(['a secret of at least 32 characters']);
const soon = { timeout: 15_000, interval: 100 };

test('a running rental is counted, posted and suspended by itself, though two processes run the jobs', async () => {
  const rental = await makeRental(await makeUser(100n), { ownerId: await makeUser(), rate: 3600n });
  await db.update(devices).set({ state: 'rented' });
  const fromAt = new Date(Date.now() - 60_000);
  await db.insert(proofIntervals).values({ rentalId: rental, fromAt, toAt: new Date() });

  const processes = [1, 2].map(() => startJobs({ log, sealer, mail: null, treasury: null, meterTickSeconds: 1 }));
  await vi.waitFor(async () => expect((await getRentalCost(rental)).gross).toBe(60n), soon);
  await vi.waitFor(async () => expect(await stateOf(rental)).toBe('suspended'), soon);
  await Promise.all(processes.map(({ stop }) => stop()));
  expect((await listCharges(rental)).length).toBeLessThanOrEqual(1);
});

async function stateOf(rentalId: string) {
  const [rental] = await db.select({ state: rentals.state }).from(rentals).where(eq(rentals.id, rentalId));
  return rental?.state;
}
