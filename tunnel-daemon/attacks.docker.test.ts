import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eq } from 'drizzle-orm';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { auditLog } from '#db/schema/admin';
import { devices } from '#db/schema/devices';
import { suspendUser } from '../lib/accounts/administration.ts';
import { makeUser } from '../lib/metering/testing.ts';
import { PROVER_ADDRESS } from './loopback.ts';
import {
  eventually,
  makeDevice,
  makeReadyRental,
  openTunnel,
  removeRelay,
  startEnvironment,
  startTestDaemon,
  type TestDevice,
  type TestEnvironment,
  type TestRelay,
  type Tunnel,
  testSettings,
  tunnelIsUp,
  tunnelOptions,
} from './testing.ts';

const run = promisify(execFile);
let relay: TestRelay;
let environment: TestEnvironment;
let device: TestDevice;
let tunnel: Tunnel;

beforeAll(async () => {
  relay = await startTestDaemon(await testSettings());
  environment = await startEnvironment();
  device = await makeDevice(relay);
  tunnel = openTunnel(relay, device, environment);
  await makeReadyRental(relay, device, { hostKey: environment.hostKey, port: relay.settings.FIRST_PORT });
  await eventually(() => tunnelIsUp(device));
  await eventually(async () => (await greeted('127.7.0.1')) === 'greeted');
});

afterAll(async () => {
  await tunnel.close();
  await environment.close();
  await removeRelay(relay);
});

/** A connection to the renter's port from this address of ours. */
function call(localAddress: string): Socket {
  return connect({ port: relay.settings.FIRST_PORT, host: '127.0.0.1', localAddress }).on('error', () => {});
}

/** Whether an ssh server greets a caller from there. */
async function greeted(from: string): Promise<'greeted' | 'refused'> {
  const socket = call(from);
  // An sshd that has too many callers says so before it hangs up.
  const greeting = once(socket, 'data').then(([data]) => String(data).startsWith('SSH-2.0'));
  const isGreeted = await Promise.race([greeting, once(socket, 'close').then(() => false)]).catch(() => false);
  socket.destroy();
  return isGreeted ? 'greeted' : 'refused';
}

/** Ends these calls and waits until the environment's sshd has noticed: it counts them all, and who comes next needs room. */
async function hangUp(calls: Socket[]) {
  for (const socket of calls) socket.destroy();
  await eventually(async () => (await environment.callers()) === 0);
}

test('a caller of a renter’s port who says nothing is gone within ten seconds; one who has spoken may take longer', async () => {
  const began = performance.now();
  const [silent, slow] = [call('127.7.1.1').resume(), call('127.7.1.1').resume()];
  slow.write('SSH-2.0-somebody_who_looks_for_a_password\r\n');
  await once(silent, 'close');
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(slow.closed).toBe(false);
  slow.destroy();
}, 15_000);

test('of a crowd of silent callers from one address at most twenty-five are held, and renters elsewhere get in', async () => {
  const crowd = Array.from({ length: 150 }, () => call('127.7.2.1').resume());
  expect(await eventually(async () => crowd.filter((socket) => socket.closed).length >= 125)).toBe(true);
  expect(await greeted('127.7.2.1')).toBe('refused');
  expect(await greeted('127.7.2.2')).toBe('greeted');
  await hangUp(crowd);
});

test('three crowds that do not sign in turn neither the renter nor the prover away', async () => {
  const crowds = ['127.7.5.1', '127.7.5.2', '127.7.5.3'].map((from) => {
    const crowd = Array.from({ length: 50 }, () => call(from));
    for (const socket of crowd) socket.resume().write('SSH-2.0-somebody_who_looks_for_a_password\r\n');
    return crowd;
  });
  const held = () => crowds.map((crowd) => crowd.filter((socket) => !socket.closed).length);
  await eventually(async () => held().every((count) => count <= 25));
  for (let attempt = 0; attempt < 20; attempt += 1) {
    expect(await greeted('127.7.5.4')).toBe('greeted');
    expect(await greeted(PROVER_ADDRESS)).toBe('greeted');
  }
  expect(held()).toEqual([25, 25, 25]);
  await hangUp(crowds.flat());
});

test('a caller who tries again and again is slowed, nobody else is, and it is over soon', async () => {
  const answers: string[] = [];
  // Side by side, or a slow machine would make fewer calls than are too many.
  const calls = () => Promise.all(Array.from({ length: 12 }, () => greeted('127.7.3.1')));
  while (answers.length < 60) answers.push(...(await calls()));
  expect(answers.filter((answer) => answer === 'greeted').length).toBeLessThanOrEqual(41);
  expect(await greeted('127.7.3.2')).toBe('greeted');
  await eventually(async () => (await greeted('127.7.3.1')) === 'greeted', 20);
}, 40_000);

/** Signs what ssh asks for, after `spoil` has had a hand in what is signed, or in the signature. */
class SpoilingAgent extends ssh2.BaseAgent<Buffer> {
  readonly key: ssh2.ParsedKey;
  readonly spoil: Spoil;

  constructor(key: ssh2.ParsedKey, spoil: Spoil) {
    super();
    this.key = key;
    this.spoil = spoil;
  }

  override getIdentities(tell: (error?: Error | null, keys?: Buffer[]) => void) {
    tell(null, [this.key.getPublicSSH()]);
  }

  override sign(
    _: Buffer | ssh2.ParsedKey,
    data: Buffer,
    options: ssh2.SigningRequestOptions | ssh2.SignCallback,
    tell?: ssh2.SignCallback,
  ) {
    const { before = (bytes: Buffer) => bytes, after = (bytes: Buffer) => bytes } = this.spoil;
    const done = typeof options === 'function' ? options : tell;
    done?.(null, after(this.key.sign(before(data)) as Buffer));
  }
}

type Spoil = { before?: (signed: Buffer) => Buffer; after?: (signature: Buffer) => Buffer };

/** What comes of signing in to the relay with the device's key, as far as authentication goes. */
async function signIn(from: string, spoil: Spoil): Promise<'in' | 'refused' | 'shut out'> {
  const key = ssh2.utils.parseKey(await readFile(device.keyFile));
  if (key instanceof Error) throw key;
  const client = new ssh2.Client();
  const ended = new Promise<'in' | 'refused' | 'shut out'>((resolve) => {
    client.once('ready', () => resolve('in'));
    client.on('error', ({ level }) => resolve(level === 'client-authentication' ? 'refused' : 'shut out'));
  });
  const username = userInfo().uid === 0 ? 'rpibroker-tunnel' : userInfo().username;
  client.connect({
    ...{ host: '127.0.0.1', port: relay.settings.TUNNEL_SSH_PORT, localAddress: from, username },
    agent: new SpoilingAgent(key, spoil),
  });
  const result = await ended;
  client.destroy();
  return result;
}

const flip = (bytes: Buffer, at: number) => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

test('the right key proves nothing with a spoiled signature or one over another session, and failures count', async () => {
  expect(await signIn('127.7.4.1', {})).toBe('in');
  expect(await signIn('127.7.4.2', { after: (signature) => flip(signature, 10) })).toBe('refused');
  // What is signed begins with the session's id, after its length.
  const overAnotherSession: Spoil = { before: (signed) => flip(signed, 8) };
  for (let attempt = 0; attempt < 7; attempt += 1) {
    expect(await signIn('127.7.4.3', overAnotherSession)).toBe('refused');
  }
  await eventually(async () => (await signIn('127.7.4.3', overAnotherSession)) === 'shut out');
});

test('a device that asks for another’s address is on record, once however often it asks', async () => {
  const greedy = await makeDevice(relay);
  const ask = (port: number) =>
    run(
      'timeout',
      ['30', 'ssh', '-N', '-o', 'ExitOnForwardFailure=yes', '-R', `${device.address}:${port}:127.0.0.1:1`].concat(
        tunnelOptions(relay, greedy),
      ),
    ).catch(() => {});
  await ask(2200);
  const entries = () => db.select().from(auditLog).where(eq(auditLog.objectId, greedy.deviceId));
  const [entry] = await eventually(async () => (await entries()).length > 0 && (await entries()));
  expect(entry).toMatchObject({ action: 'tunnelDenied', objectKind: 'device', address: '127.0.0.1' });
  expect(entry?.detail).toContain(`host ${device.address} port 2200`);
  await ask(2280);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await entries()).toHaveLength(1);
});

test('the tunnel of a suspended person is cut within five seconds and does not come back', async () => {
  const theirs = await makeDevice(relay);
  const held = openTunnel(relay, theirs, environment);
  await eventually(() => tunnelIsUp(theirs));
  const cut = once(held.child ?? new EventEmitter(), 'exit');
  const [owned] = await db.select().from(devices).where(eq(devices.id, theirs.deviceId));
  const began = performance.now();
  const asked = { adminId: await makeUser(), address: null, reason: 'for a test', at: new Date() };
  expect(await suspendUser({ ...asked, userId: owned?.ownerId ?? '' })).toMatchObject({ ok: true });
  await cut;
  expect(performance.now() - began).toBeLessThan(5000);
  await eventually(async () => held.said.includes('Permission denied'));
  await eventually(async () => !(await tunnelIsUp(theirs)));
  await held.close();
});

test('by its own account sshd opens no door but the listeners', async () => {
  const file = join(relay.settings.RUN_FOLDER, 'sshd.conf');
  const { stdout } = await run('/usr/sbin/sshd', ['-T', '-f', file]);
  const shut = ['permittunnel', 'permittty', 'x11forwarding', 'allowagentforwarding', 'allowstreamlocalforwarding'];
  const lines = [...shut, 'passwordauthentication', 'kbdinteractiveauthentication', 'permituserrc'].map(
    (one) => `${one} no`,
  );
  expect(stdout.split('\n')).toEqual(expect.arrayContaining([...lines, 'maxsessions 0', 'allowtcpforwarding remote']));
});
