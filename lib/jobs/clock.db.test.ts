import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { db } from '#db/client';
import { devices } from '#db/schema/devices';
import { proofIntervals } from '#db/schema/rentals';
import { databaseTime, readClock } from '../clock.ts';
import { getRentalCost } from '../metering/queries.ts';
import { makeRental, makeUser } from '../metering/testing.ts';
import { stopRental } from '../rentals/commands.ts';
import { createSealer } from '../secrets.ts';
import { startJobs } from './schedule.ts';

// From the start this machine's clock is an hour late.
vi.hoisted(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 }));

const log = pino({ level: 'silent' });
const sealer = createSealer(['a secret of at least 32 characters']);

/** A rental at a micro-dollar a millisecond that was proven for so many seconds until now. */
async function makeProven(seconds: number) {
  const renterId = await makeUser(1_000_000n);
  const rentalId = await makeRental(renterId, { ownerId: await makeUser(), rate: 3_600_000n });
  await db.update(devices).set({ state: 'rented' });
  const toAt = await readClock();
  await db.insert(proofIntervals).values({ rentalId, fromAt: new Date(toAt.getTime() - seconds * 1000), toAt });
  return { renterId, rentalId };
}

test('a broker whose own clock is an hour late bills what the relay proved just now', async () => {
  const [counted, stopped] = [await makeProven(60), await makeProven(30)];
  const jobs = startJobs({ log, sealer, mail: null, treasury: null, meterTickSeconds: 1 });
  await vi.waitFor(async () => expect((await getRentalCost(counted.rentalId)).gross).toBe(60_000n), 15_000);
  await jobs.stop();

  expect(Math.abs(databaseTime().getTime() - (await readClock()).getTime())).toBeLessThan(1000);
  await stopRental({ ...stopped, at: databaseTime() });
  expect((await getRentalCost(stopped.rentalId)).gross).toBe(30_000n);
});
