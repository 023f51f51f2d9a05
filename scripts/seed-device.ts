import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { like } from 'drizzle-orm';
import { db, pool } from '../db/client.ts';
import { users } from '../db/schema/accounts.ts';
import { devices } from '../db/schema/devices.ts';
import { registerDevice } from '../lib/devices/commands.ts';
import { invariant } from '../lib/errors.ts';

// Registers this machine for the seeded owner and prints the key, or null where the agent's container exists already.
const [container = ''] = process.argv.slice(2);
const inspected = promisify(execFile)('docker', ['container', 'inspect', container]);
const exists = await inspected.then(
  () => true,
  () => false,
);
const [known] = await db.select({ id: devices.id }).from(devices).limit(1);
process.stdout.write(JSON.stringify({ key: exists && known ? null : await register() }));
await pool.end();

async function register(): Promise<string> {
  const [owner] = await db.select().from(users).where(like(users.email, 'owner@%'));
  invariant(owner, 'local mode has a seeded owner');
  const device = { name: hostname(), country: 'DE', rate: 10_000n, diskGigabytes: 4, listed: true };
  const outcome = await registerDevice({ ...device, ownerId: owner.id, at: new Date() });
  invariant(outcome.ok, 'the seeded owner may register a device');
  return outcome.value.key;
}
