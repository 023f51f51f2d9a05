import { randomInt } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';

/**
 * Lets the numbers of devices begin anywhere in the first three million. They decide the devices' loopback addresses on
 * the relay, and brokers that share one machine (a local one, and the tests beside it) must not meet there.
 */
export function scatterDeviceNumbers(): SQL {
  return sql.raw(`alter table devices alter column number restart with ${randomInt(1, 3_000_000)}`);
}
