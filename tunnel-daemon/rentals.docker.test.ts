import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { rentals } from '#db/schema/rentals';
import {
  eventually,
  makeDevice,
  makeReadyRental,
  openTunnel,
  removeRelay,
  startEnvironment,
  startTestDaemon,
  type TestEnvironment,
  type TestRelay,
  testSettings,
  tunnelIsUp,
} from './testing.ts';

const run = promisify(execFile);
let relay: TestRelay;
let environment: TestEnvironment;

beforeAll(async () => {
  relay = await startTestDaemon(await testSettings());
  environment = await startEnvironment();
});

afterAll(async () => {
  await environment.close();
  await removeRelay(relay);
});

test('a renter gets a shell through the public port within a moment of the environment being ready', async () => {
  const device = await makeDevice(relay, { withPlus: true });
  const tunnel = openTunnel(relay, device, environment);
  await eventually(() => tunnelIsUp(device));
  const port = relay.settings.FIRST_PORT;
  const { rentalId } = await makeReadyRental(relay, device, { hostKey: environment.hostKey, port });
  await eventually(
    async () => (await db.select().from(rentals).where(eq(rentals.id, rentalId)))[0]?.state === 'active',
    2,
  );

  const options = ['-o', 'UserKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=no', '-o', 'BatchMode=yes'];
  const { stdout } = await run('ssh', [
    '-F',
    'none',
    '-i',
    environment.keyFile,
    '-p',
    String(port),
    ...options,
    '127.0.0.1',
    'echo hello',
  ]);
  expect(stdout).toBe('hello\n');
  await tunnel.close();
  createServer().close();
});
