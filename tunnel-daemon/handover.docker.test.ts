import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { rentals } from '#db/schema/rentals';
import type { DaemonSettings } from './config.ts';
import {
  announced,
  type DaemonProcess,
  endDaemon,
  eventually,
  makeDevice,
  makeReadyRental,
  openTunnel,
  spawnDaemon,
  startEnvironment,
  type TestEnvironment,
  type Tunnel,
  testSettings,
} from './testing.ts';

const megabyte = 1 << 20;
let settings: DaemonSettings;
let daemon: DaemonProcess;
let environment: TestEnvironment;
let tunnel: Tunnel;

beforeAll(async () => {
  settings = await testSettings();
  daemon = await spawnDaemon(settings);
  environment = await startEnvironment();
  const relay = { settings, relayId: await announced(settings) };
  const device = await makeDevice(relay);
  tunnel = openTunnel(relay, device, environment);
  const { rentalId } = await makeReadyRental(relay, device, {
    hostKey: environment.hostKey,
    port: settings.FIRST_PORT,
  });
  const proved = and(eq(rentals.id, rentalId), eq(rentals.state, 'active'));
  await eventually(async () => (await db.select().from(rentals).where(proved)).length > 0);
});

afterAll(async () => {
  await tunnel.close();
  await environment.close();
  await endDaemon(daemon, 'SIGINT');
  await rm(join(settings.DATA_FOLDER, '..'), { recursive: true });
});

/** Whether the environment's sshd greets a new caller of the public port. */
async function greets(): Promise<boolean> {
  const socket = connect(settings.FIRST_PORT, '127.0.0.1').on('error', () => {});
  socket.setTimeout(10_000, () => socket.destroy());
  const greeted = await new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(true)).once('close', () => resolve(false));
  });
  socket.destroy();
  return greeted;
}

/** A renter's session that sends as fast as it can and has everything sent back, until it is told to finish. */
function busySession() {
  const options = ['UserKnownHostsFile=/dev/null', 'StrictHostKeyChecking=no', 'BatchMode=yes', 'LogLevel=ERROR'];
  const call = ['-F', 'none', '-i', environment.keyFile, '-p', String(settings.FIRST_PORT)];
  const child = spawn('ssh', [...call, ...options.flatMap((one) => ['-o', one]), '127.0.0.1', 'cat']);
  const exited = once(child, 'close');
  const sums = { sent: createHash('sha256'), returned: createHash('sha256') };
  const moved = { bytes: 0 };
  const finishing = new AbortController();

  const blocks = function* () {
    while (!finishing.signal.aborted) {
      const block = randomBytes(65_536);
      sums.sent.update(block);
      yield block;
    }
  };
  const sending = pipeline(Readable.from(blocks()), child.stdin);
  child.stdout.on('data', (data: Buffer) => {
    sums.returned.update(data);
    moved.bytes += data.length;
  });
  return {
    moved,
    /** Answers how the session ended, and whether what came back is what was sent. */
    async finish() {
      finishing.abort();
      await sending;
      const [code] = await exited;
      return { code, unchanged: sums.sent.digest('hex') === sums.returned.digest('hex') };
    },
  };
}

type BusySession = ReturnType<typeof busySession>;

/** Each session gets another megabyte through from now on, and a new caller is let in. */
async function expectTraffic(sessions: BusySession[]) {
  const before = sessions.map(({ moved }) => moved.bytes);
  expect(await greets()).toBe(true);
  await eventually(async () => sessions.every(({ moved }, index) => moved.bytes - (before[index] ?? 0) > megabyte));
}

test('ten hand-overs of the daemon under load end no session, change no byte and turn no caller away', async () => {
  const before = await daemon.pids();
  const sessions = Array.from({ length: 4 }, busySession);
  for (let round = 0; round < 10; round += 1) {
    await endDaemon(daemon, 'SIGTERM');
    await expectTraffic(sessions);
    daemon = await spawnDaemon(settings);
    await expectTraffic(sessions);
  }
  const ends = await Promise.all(sessions.map((session) => session.finish()));
  expect(ends).toEqual(sessions.map(() => ({ code: 0, unchanged: true })));
  expect(await daemon.pids()).toEqual(before);
}, 600_000);
