import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eq, gt } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db } from '#db/client';
import { tunnelIntervals } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { proofIntervals, rentals } from '#db/schema/rentals';
import { closeSilentRelays } from '../lib/relays/commands.ts';
import { ALIVE_SECONDS } from '../lib/relays/heartbeat.ts';
import type { DaemonSettings } from './config.ts';
import {
  announced,
  type DaemonProcess,
  type DatabaseLine,
  databaseLine,
  endDaemon,
  eventually,
  makeDevice,
  makeReadyRental,
  openSession,
  openTunnel,
  spawnDaemon,
  startEnvironment,
  storyOf,
  type TestDevice,
  type TestEnvironment,
  type Tunnel,
  testSettings,
  tunnelIsUp,
} from './testing.ts';

const run = promisify(execFile);
let settings: DaemonSettings;
let line: DatabaseLine;
let daemon: DaemonProcess;
let environment: TestEnvironment;
let device: TestDevice;
let tunnel: Tunnel;
let rentalId: string;
let port: number;

beforeAll(async () => {
  settings = await testSettings();
  line = await databaseLine();
  daemon = await spawnDaemon(settings, line.url);
  environment = await startEnvironment();
  port = settings.FIRST_PORT;
  const relay = { settings, relayId: await announced(settings) };
  device = await makeDevice(relay);
  tunnel = openTunnel(relay, device, environment);
  await eventually(() => tunnelIsUp(device));
  ({ rentalId } = await makeReadyRental(relay, device, { hostKey: environment.hostKey, port }));
});

beforeEach(() => eventually(async () => (await stateOf()) === 'active' && (await greets())));

afterAll(async () => {
  await tunnel.close();
  await environment.close();
  await endDaemon(daemon, 'SIGINT');
  line.cut();
  await rm(join(settings.DATA_FOLDER, '..'), { recursive: true });
});

const stateOf = async () =>
  (await db.select({ state: rentals.state }).from(rentals).where(eq(rentals.id, rentalId)))[0]?.state;
const stretches = () =>
  db.select().from(proofIntervals).where(eq(proofIntervals.rentalId, rentalId)).orderBy(proofIntervals.fromAt);
/** Whoever is dead and only waits to be buried, by whatever is the first process here, is not alive. */
const isAlive = (pid: number) =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (stat) => !stat.includes(') Z '),
    () => false,
  );
const greets = async () => {
  await sleep(300); // more often, and the relay would slow us
  return new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('data', () => resolve(true)).once('close', () => resolve(false));
  });
};

test('a daemon that is asked to end hands sshd and HAProxy over to the next, and neither sessions nor owners notice', async () => {
  const before = await daemon.pids();
  const session = openSession(environment, port);
  expect(await session.echo('before')).toBe('before\n');
  await endDaemon(daemon, 'SIGTERM');
  expect(await session.echo('between')).toBe('between\n');
  const began = new Date();
  daemon = await spawnDaemon(settings, line.url);
  expect(await session.echo('after')).toBe('after\n');
  expect(await daemon.pids()).toEqual(before);
  session.close();
  await eventually(async () => (await db.$count(tunnelIntervals, gt(tunnelIntervals.toAt, began))) > 0);
  expect(await storyOf(device)).toEqual(['tunnelOpened']);
});

test('a device that signs in while the daemon restarts only waits', async () => {
  await endDaemon(daemon, 'SIGTERM');
  const said = tunnel.said;
  tunnel.child?.kill('SIGKILL');
  daemon = await spawnDaemon(settings, line.url);
  await eventually(greets, 20);
  expect(tunnel.said.slice(said.length)).not.toContain('Permission denied');
});

test('a daemon that was killed leaves sessions alone, and the next one ends those of rentals that ended meanwhile', async () => {
  const session = openSession(environment, port);
  await session.echo('before');
  await endDaemon(daemon, 'SIGKILL');
  expect(await session.echo('between')).toBe('between\n');
  await db.update(rentals).set({ state: 'suspended' }).where(eq(rentals.id, rentalId));
  daemon = await spawnDaemon(settings, line.url);
  expect(await Promise.race([session.ended, sleep(10_000, 'still open')])).toBe('ended');
  expect(await greets()).toBe(false);
  await db.update(rentals).set({ state: 'active' }).where(eq(rentals.id, rentalId));
  await eventually(greets, 20);
});

test('a killed sshd is back within seconds, and neither tunnels nor sessions notice', async () => {
  const session = openSession(environment, port);
  await session.echo('before');
  const { sshd } = await daemon.pids();
  process.kill(sshd, 'SIGKILL');
  await eventually(async () => (await daemon.pids()).sshd !== sshd, 10);
  expect(await session.echo('after')).toBe('after\n');
  session.close();
  tunnel.child?.kill('SIGKILL');
  await eventually(async () => !(await greets()));
  await eventually(greets, 20);
});

test('a killed HAProxy is back within seconds with the routes that it had, and the rental goes on', async () => {
  const { haproxy } = await daemon.pids();
  process.kill(haproxy, 'SIGKILL');
  await eventually(async () => !(await isAlive(haproxy)) && (await daemon.pids()).haproxy !== haproxy, 10);
  await eventually(greets, 20);
  expect(await stateOf()).toBe('active');
});

test('a HAProxy that starts while the database is away has the right routes from its files', async () => {
  line.cut();
  const { haproxy } = await daemon.pids();
  process.kill(haproxy, 'SIGKILL');
  await eventually(async () => (await daemon.pids()).haproxy !== haproxy);
  await eventually(greets, 20); // which also needs the device's key, from the cache
  await line.mend();
});

test('proofs go on while the database is away, and it learns of all of them afterwards', async () => {
  await eventually(async () => (await stretches()).length > 0);
  const before = (await stretches()).at(-1);
  line.cut();
  const cutAt = Date.now();
  await sleep(6000);
  expect(await greets()).toBe(true);
  await line.mend();
  const mendedAt = Date.now();
  const after = await eventually(async () => {
    const last = (await stretches()).at(-1);
    return last && last.toAt.getTime() > mendedAt && last;
  });
  expect(after.fromAt).toEqual(before?.fromAt);
  expect(after.proofs - (before?.proofs ?? 0)).toBeGreaterThanOrEqual(Math.floor((mendedAt - cutAt) / 1500));
});

test('no restart and no kill has made proven time overlap or exceed the time that passed', async () => {
  const all = await stretches();
  all.slice(1).forEach((stretch, index) => {
    expect(stretch.fromAt.getTime()).toBeGreaterThan(all[index]?.toAt.getTime() ?? 0);
  });
  const proven = all.reduce((sum, { fromAt, toAt }) => sum + toAt.getTime() - fromAt.getTime(), 0);
  expect(proven).toBeLessThanOrEqual(Date.now() - (all[0]?.fromAt.getTime() ?? 0));
});

test('a device whose relay’s daemon died leaves the market after a minute, and is back with the next daemon', async () => {
  await endDaemon(daemon, 'SIGKILL');
  const [relay] = await db.select().from(relays).where(eq(relays.name, settings.RELAY_NAME));
  await closeSilentRelays({ at: new Date((relay?.seenAt.getTime() ?? 0) + ALIVE_SECONDS * 1000) });
  expect(await tunnelIsUp(device)).toBe(false);
  daemon = await spawnDaemon(settings, line.url);
  await eventually(() => tunnelIsUp(device));
  expect((await storyOf(device)).slice(-2)).toEqual(['relaySilent', 'tunnelOpened']);
});

test('a daemon that is told to stop ends everything', async () => {
  const { sshd, haproxy } = await daemon.pids();
  await endDaemon(daemon, 'SIGINT');
  expect(await Promise.all([isAlive(sshd), isAlive(haproxy)])).toEqual([false, false]);
  expect(await greets()).toBe(false);
  expect((await run('ip', ['route', 'show', 'table', 'local'])).stdout).not.toContain('congctl');
  daemon = await spawnDaemon(settings, line.url);
  await eventually(greets, 20);
});
