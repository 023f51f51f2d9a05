import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eq } from 'drizzle-orm';
import { db } from '#db/client';
import { deviceEvents, devices } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { rentals } from '#db/schema/rentals';
import { loopbackAddress } from '../lib/devices/address.ts';
import { makeRental, makeUser } from '../lib/metering/testing.ts';
import { createLog } from '../lib/process/log.ts';
import { type DaemonSettings, daemonSettings } from './config.ts';
import { type Daemon, startDaemon } from './daemon.ts';

const run = promisify(execFile);

/** A port that nobody listens on; the kernel does not hand it out again soon. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Waits until `look` answers something, and fails after so many seconds: many, where nobody claims how few they are. */
export async function eventually<Value>(look: () => Promise<Value | null | undefined | false>, seconds = 30) {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`nothing came within ${seconds} s: ${look}`);
    await sleep(25);
  }
}

/** Settings of a relay of its own: free ports, fresh folders. */
export async function testSettings(): Promise<DaemonSettings> {
  const folder = await mkdtemp(join(tmpdir(), 'rpibroker-relay-'));
  await run('chmod', ['755', folder]);
  const first = 20_000 + (randomBytes(2).readUInt16BE() % 900) * 10;
  return daemonSettings.parse({
    RELAY_NAME: `relay ${randomUUID()}`,
    TUNNEL_SSH_PORT: await freePort(),
    SSHD_PORT: await freePort(),
    HTTP_PORT: await freePort(),
    HTTPS_PORT: await freePort(),
    FIRST_PORT: first,
    LAST_PORT: first + 9,
    DATA_FOLDER: join(folder, 'data'),
    RUN_FOLDER: join(folder, 'run'),
    PROVE_SECONDS: 1,
    PENALTY_SECONDS: 4,
  });
}

/** A relay by its settings and its row in the database. */
export type RelayPlace = { settings: DaemonSettings; relayId: string };

/** A relay that runs in this process. */
export type TestRelay = RelayPlace & { daemon: Daemon };

/** Starts the true parts of the daemon and waits until the relay has announced itself. */
export async function startTestDaemon(settings: DaemonSettings): Promise<TestRelay> {
  const daemon = await startDaemon(settings, createLog('daemon', 'silent'));
  return { settings, daemon, relayId: await announced(settings) };
}

/** The id of the relay with these settings, once it is in the database. */
export function announced({ RELAY_NAME }: DaemonSettings): Promise<string> {
  return eventually(async () => {
    const [relay] = await db.select({ id: relays.id }).from(relays).where(eq(relays.name, RELAY_NAME));
    return relay?.id;
  });
}

/** Ends the relay and removes all that it kept. */
export async function removeRelay({ daemon, settings }: Pick<TestRelay, 'daemon' | 'settings'>) {
  await daemon.stop();
  await rm(join(settings.DATA_FOLDER, '..'), { recursive: true });
}

/** A registered device: its row, its key pair and its address on the relay. */
export type TestDevice = { deviceId: string; address: string; keyFile: string; fingerprint: string };

/** A device of the relay, `ready`; with `withPlus` its fingerprint contains a `+`. */
export async function makeDevice(relay: RelayPlace, { withPlus = false } = {}): Promise<TestDevice> {
  const ownerId = await makeUser();
  const { keyFile, publicKey, fingerprint } = await makeKey(relay.settings.DATA_FOLDER, withPlus);
  const facts = {
    name: 'Attic',
    country: 'NO',
    rate: 10_000n,
    diskGigabytes: 8,
    listed: true,
    state: 'ready' as const,
  };
  const tunnel = { relayId: relay.relayId, tunnelPublicKey: publicKey, tunnelFingerprint: fingerprint };
  const [device] = await db
    .insert(devices)
    .values({ ...facts, ...tunnel, ownerId })
    .returning({ deviceId: devices.id, number: devices.number });
  if (!device) throw new Error('no device');
  return { deviceId: device.deviceId, address: loopbackAddress(device.number), keyFile, fingerprint };
}

/** A new key pair in `folder`. */
export async function makeKey(folder: string, withPlus = false) {
  for (;;) {
    const keyFile = join(folder, `device-${randomUUID()}`);
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', keyFile]);
    const publicKey = (await readFile(`${keyFile}.pub`, 'utf8')).trim();
    const fingerprint = (await run('ssh-keygen', ['-lf', keyFile])).stdout.split(' ')[1] ?? '';
    if (fingerprint.includes('+') === withPlus) return { keyFile, publicKey, fingerprint };
  }
}

/** The options with which everybody calls the relay's sshd. */
export function tunnelOptions(
  { settings }: Pick<RelayPlace, 'settings'>,
  device: Pick<TestDevice, 'keyFile'>,
): string[] {
  const user = userInfo().uid === 0 ? 'rpibroker-tunnel' : userInfo().username;
  const quiet = ['UserKnownHostsFile=/dev/null', 'StrictHostKeyChecking=no', 'IdentitiesOnly=yes', 'BatchMode=yes'];
  return [
    ...['-F', 'none', '-i', device.keyFile, '-p', String(settings.TUNNEL_SSH_PORT)],
    ...quiet.flatMap((option) => ['-o', option]),
    `${user}@127.0.0.1`,
  ];
}

/** A device's tunnel to `target`, the ports of an environment: kept by plain ssh, tried again every second. */
export function openTunnel(relay: RelayPlace, device: TestDevice, target: EnvironmentPorts): Tunnel {
  const forwards = [
    ['-R', `${device.address}:2200:127.0.0.1:${target.ssh}`],
    ['-R', `${device.address}:2280:127.0.0.1:${target.http}`],
    ['-R', `${device.address}:2443:127.0.0.1:${target.https}`],
  ].flat();
  const alive = ['-o', 'ExitOnForwardFailure=yes', '-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3'];
  const tunnel: Tunnel = { child: null, said: '', close: async () => {} };
  const stopping = new AbortController();
  const keep = async () => {
    while (!stopping.signal.aborted) {
      tunnel.child = spawn('ssh', ['-N', ...alive, ...forwards, ...tunnelOptions(relay, device)]);
      tunnel.child.stderr?.on('data', (data) => {
        tunnel.said += data;
      });
      await once(tunnel.child, 'exit');
      await sleep(1000, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const kept = keep();
  tunnel.close = async () => {
    stopping.abort();
    tunnel.child?.kill('SIGKILL');
    await kept;
  };
  return tunnel;
}

/** What ssh of a device runs as, and what it has said on standard error. */
export type Tunnel = { child: ChildProcess | null; said: string; close(): Promise<void> };

/** Where an environment's three ports are. */
export type EnvironmentPorts = { ssh: number; http: number; https: number };

/** An environment: an sshd that lets the current user in with `keyFile`, and free ports for web servers. */
export type TestEnvironment = EnvironmentPorts & {
  hostKey: string;
  keyFile: string;
  /** How many connections its sshd has. */
  callers(): Promise<number>;
  close(): Promise<void>;
};

/** Starts an environment on this machine's loopback, whose sshd has the limits of the true one. */
export async function startEnvironment(): Promise<TestEnvironment> {
  const folder = await mkdtemp(join(tmpdir(), 'rpibroker-environment-'));
  const [ports, keyFile] = [
    { ssh: await freePort(), http: await freePort(), https: await freePort() },
    join(folder, 'user'),
  ];
  for (const file of [join(folder, 'host'), keyFile]) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  }
  const configuration = `ListenAddress 127.0.0.1:${ports.ssh}\nHostKey ${folder}/host\nPidFile none\nUsePAM no
AuthorizedKeysFile ${keyFile}.pub\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n`;
  const trueOne = await readFile(new URL('../pi-agent/environment/sshd.conf', import.meta.url), 'utf8');
  const limits = trueOne.match(/^(LoginGraceTime|Max\w+) .+$/gm) ?? [];
  await writeFile(join(folder, 'sshd.conf'), configuration + limits.join('\n'));
  await run('mkdir', ['-p', '/run/sshd']).catch(() => {});
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd.conf')], { stdio: 'ignore' });
  const hostKey = (await readFile(join(folder, 'host.pub'), 'utf8')).trim();
  return {
    ...ports,
    hostKey,
    keyFile,
    async callers() {
      // One process each.
      const children = await readFile(`/proc/${sshd.pid}/task/${sshd.pid}/children`, 'utf8');
      return children.split(' ').length - 1;
    },
    async close() {
      sshd.kill();
      await once(sshd, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

/** A rental of the device whose environment has just reported ready. */
export async function makeReadyRental(
  relay: RelayPlace,
  device: TestDevice,
  { hostKey, ...facts }: { hostKey: string; port: number; tlsPassthrough?: boolean },
): Promise<{ rentalId: string; name: string }> {
  const renterId = await makeUser(10_000_000n);
  const rentalId = await makeRental(renterId, { state: 'ended' });
  const name = `amber-otter-${randomUUID().slice(0, 8)}`;
  await db
    .update(rentals)
    .set({ ...facts, hostKey, name, deviceId: device.deviceId, relayId: relay.relayId })
    .where(eq(rentals.id, rentalId));
  await db.update(rentals).set({ state: 'preparing', environmentReadyAt: new Date() }).where(eq(rentals.id, rentalId));
  return { rentalId, name };
}

/** Whether the database has the device's tunnel open. */
export async function tunnelIsUp({ deviceId }: TestDevice): Promise<boolean> {
  const [device] = await db.select({ up: devices.tunnelUpSince }).from(devices).where(eq(devices.id, deviceId));
  return Boolean(device?.up);
}

/** What the owner can read of the device's history. */
export async function storyOf({ deviceId }: TestDevice): Promise<string[]> {
  const events = await db
    .select()
    .from(deviceEvents)
    .where(eq(deviceEvents.deviceId, deviceId))
    .orderBy(deviceEvents.id);
  return events.map(({ kind }) => kind);
}

/** A daemon that runs as a process of its own, as in life; `pids` are those of the programs that it keeps. */
export type DaemonProcess = { child: ChildProcess; pids(): Promise<{ sshd: number; haproxy: number }> };

/** Starts `main.ts` with these settings on the database at `databaseUrl`. */
export async function spawnDaemon(
  settings: DaemonSettings,
  databaseUrl = process.env.DATABASE_URL,
): Promise<DaemonProcess> {
  const given = Object.entries({ ...settings, DATABASE_URL: databaseUrl }).filter(([, value]) => value !== undefined);
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', 'tunnel-daemon/main.ts'];
  const child = spawn('env', [...given.map(([name, value]) => `${name}=${value}`), ...command]);
  const began = new Promise<void>((resolve) => {
    child.stdout.on('data', (data) => String(data).includes('relay is up') && resolve());
  });
  await began;
  const pidOf = async (name: string) =>
    JSON.parse(await readFile(join(settings.RUN_FOLDER, `${name}.pid`), 'utf8')).pid as number;
  return { child, pids: async () => ({ sshd: await pidOf('sshd'), haproxy: await pidOf('haproxy') }) };
}

/** Ends a daemon process with this signal and waits until it is gone. */
export async function endDaemon({ child }: DaemonProcess, signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** A way to the database that can be cut and mended. */
export type DatabaseLine = { url: string; cut(): void; mend(): Promise<void> };

/** A line to the test's database, over TCP. */
export async function databaseLine(): Promise<DatabaseLine> {
  const real = new URL(process.env.DATABASE_URL ?? '');
  const path = join(decodeURIComponent(real.hostname), '.s.PGSQL.5432');
  const port = await freePort();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const other = connect(path);
    for (const end of [socket, other]) open.add(end.on('error', () => {}).on('close', () => open.delete(end)));
    socket.pipe(other).pipe(socket);
  });
  const mend = async () => void (await once(server.listen(port, '127.0.0.1'), 'listening'));
  await mend();
  return {
    url: `postgresql://${real.username}@127.0.0.1:${port}${real.pathname}`,
    mend,
    cut() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** A shell of a renter, through the public port, that says back what it is told. */
export type RenterSession = { echo(line: string): Promise<string>; ended: Promise<unknown>; close(): void };

/** Signs in to the environment behind the public port. */
export function openSession(environment: TestEnvironment, port: number): RenterSession {
  const options = ['UserKnownHostsFile=/dev/null', 'StrictHostKeyChecking=no', 'BatchMode=yes', 'LogLevel=ERROR'];
  const call = ['-F', 'none', '-i', environment.keyFile, '-p', String(port), ...options.flatMap((one) => ['-o', one])];
  const child = spawn('ssh', [...call, '127.0.0.1', 'cat']);
  const ended = once(child, 'exit').then(() => 'ended');
  return {
    ended,
    async echo(line) {
      child.stdin.write(`${line}\n`);
      return String(await Promise.race([once(child.stdout, 'data'), ended]));
    },
    close: () => void child.kill(),
  };
}
