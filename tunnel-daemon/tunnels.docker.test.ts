import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eq } from 'drizzle-orm';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { devices } from '#db/schema/devices';
import {
  eventually,
  makeDevice,
  makeKey,
  openTunnel,
  removeRelay,
  startEnvironment,
  startTestDaemon,
  storyOf,
  type TestDevice,
  type TestEnvironment,
  type TestRelay,
  testSettings,
  tunnelIsUp,
  tunnelOptions,
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

/** What ssh says when a device calls with these arguments, which it does not do for ever. */
async function call(device: Pick<TestDevice, 'keyFile'>, before: string[], after: string[] = []): Promise<string> {
  const { stderr } = await run('timeout', ['30', 'ssh', ...before, ...tunnelOptions(relay, device), ...after]).catch(
    (failure: { stderr: string }) => failure,
  );
  return stderr;
}

test('a device signs in with a key whose fingerprint contains a +, and its owner reads that the tunnel opened', async () => {
  const device = await makeDevice(relay, { withPlus: true });
  const tunnel = openTunnel(relay, device, environment);
  await eventually(() => tunnelIsUp(device));
  await tunnel.close();
  await eventually(async () => !(await tunnelIsUp(device)));
  expect(await storyOf(device)).toEqual(['tunnelOpened', 'tunnelLost']);
});

test.skipIf(userInfo().uid !== 0)('what a tunnel carries is not paced between the programs of the relay', async () => {
  const device = await makeDevice(relay);
  const tunnel = openTunnel(relay, device, environment);
  await eventually(() => tunnelIsUp(device));
  const { SSHD_PORT } = relay.settings;
  const { stdout } = await run('ss', ['--no-header', '-tni', `sport = :${SSHD_PORT} or dport = :${SSHD_PORT}`]);
  await tunnel.close();
  const control = [...stdout.matchAll(/^\s+(\w+) wscale:/gm)].map(([, name]) => name);
  expect(new Set(control)).toEqual(new Set(['reno']));
});

test('the relay carries many bytes at a time instead of waking for every few', async () => {
  const { pid } = JSON.parse(await readFile(join(relay.settings.RUN_FOLDER, 'haproxy.pid'), 'utf8'));
  expect((await run('chrt', ['--pid', String(pid)])).stdout).toContain('SCHED_BATCH');
});

test.each([
  ["another device's address", '127.64.255.254:2200'],
  ['another port of its own address', 'OWN:2222'],
  ['all addresses', '0.0.0.0:2200'],
  ['a port of the system’s choice', 'OWN:0'],
  ['the loopback that everybody shares', 'localhost:2200'],
])('a device that asks for %s is refused', async (_, listen) => {
  const device = await makeDevice(relay);
  const target = `${listen.replace('OWN', device.address)}:127.0.0.1:1`;
  expect(await call(device, ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', target])).toContain(
    'remote port forwarding failed',
  );
});

test.each([
  ['a command', [], ['id']],
  ['a terminal', ['-tt'], []],
  ['sftp', ['-s'], ['sftp']],
  ['X11', ['-X'], ['id']],
  ['the agent', ['-A'], ['id']],
])('a device that asks for %s is refused', async (_, before, after) => {
  expect(await call(await makeDevice(relay), before, after)).toContain('open failed: ');
});

test('a device that asks for a network interface is refused, though its own end of it stands', async () => {
  const stderr = await call(await makeDevice(relay), ['-v', '-N', '-o', 'ExitOnForwardFailure=yes', '-w', 'any:any']);
  expect(stderr).toContain('Tunnel forwarding using interface');
  expect(stderr).toContain('Server has rejected tunnel device forwarding');
  expect(stderr).toContain('open failed');
});

test('a device cannot use the relay to reach other machines', async () => {
  const stderr = await call(await makeDevice(relay), ['-W', `127.0.0.1:${relay.settings.HTTP_PORT}`]);
  expect(stderr).toContain('administratively prohibited');
});

test('a device reaches no socket file of the relay, and leaves none there', async () => {
  const { keyFile } = await makeDevice(relay);
  const client = new ssh2.Client();
  const username = userInfo().uid === 0 ? 'rpibroker-tunnel' : userInfo().username;
  const target = { host: '127.0.0.1', port: relay.settings.TUNNEL_SSH_PORT };
  client.connect({ ...target, username, privateKey: await readFile(keyFile) });
  await once(client, 'ready');

  const file = (name: string) => join(relay.settings.RUN_FOLDER, name);
  const reach = promisify(client.openssh_forwardOutStreamLocal.bind(client));
  await expect(reach(file('keys.sock'))).rejects.toThrow('open failed');
  const leave = promisify(client.openssh_forwardInStreamLocal.bind(client));
  await expect(leave(file('planted.sock'))).rejects.toThrow('Unable to bind');
  expect(existsSync(file('planted.sock'))).toBe(false);
  client.destroy();
});

test.each([
  ['KexAlgorithms=diffie-hellman-group14-sha1'],
  ['Ciphers=aes128-cbc'],
  ['HostKeyAlgorithms=ssh-rsa'],
  ['Ciphers=aes128-ctr'],
])('a client that offers only %s finds no agreement', async (option) => {
  expect(await call(await makeDevice(relay), ['-N', '-o', option])).toContain('Unable to negotiate');
});

test('a connection that says nothing is closed within ten seconds', async () => {
  const began = performance.now();
  const socket = connect(relay.settings.TUNNEL_SSH_PORT, '127.0.0.1').resume();
  await new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
  expect(performance.now() - began).toBeLessThan(10_000);
}, 15_000);

test('a device whose key was revoked is cut within five seconds and does not come back', async () => {
  const device = await makeDevice(relay);
  const tunnel = openTunnel(relay, device, environment);
  await eventually(() => tunnelIsUp(device));
  const cut = new Promise((resolve) => tunnel.child?.once('exit', resolve));
  await db.update(devices).set({ state: 'retired' }).where(eq(devices.id, device.deviceId));
  await expect(Promise.race([cut.then(() => 'cut'), later(5000)])).resolves.toBe('cut');
  expect(await call(device, ['-N'])).toContain('Permission denied');
  await tunnel.close();
});

test('a tunnel whose device went silent is noticed within 45 s', async () => {
  const device = await makeDevice(relay);
  const tunnel = openTunnel(relay, device, environment);
  await eventually(() => tunnelIsUp(device));
  tunnel.child?.kill('SIGSTOP');
  await eventually(async () => !(await tunnelIsUp(device)), 45);
  tunnel.child?.kill('SIGCONT');
  await tunnel.close();
}, 60_000);

test('a device that comes back has its tunnel within ten seconds although its old one still seems alive', async () => {
  const device = await makeDevice(relay);
  const old = openTunnel(relay, device, environment);
  await eventually(() => tunnelIsUp(device));
  old.child?.kill('SIGSTOP');
  const began = performance.now();
  const tunnel = openTunnel(relay, device, environment);
  await eventually(async () => (await greeting(device.address)).startsWith('SSH-2.0'), 10);
  expect(performance.now() - began).toBeLessThan(10_000);
  await old.close();
  await tunnel.close();
}, 30_000);

test('whoever offers key after key on one connection is disconnected, by the relay and by an environment', async () => {
  const keys = await Promise.all(Array.from({ length: 7 }, () => makeKey(relay.settings.DATA_FOLDER)));
  const offer = keys.flatMap(({ keyFile }) => ['-i', keyFile]);
  const [key] = keys;
  expect(await call(key ?? { keyFile: '' }, ['-N', '-b', '127.9.9.8', ...offer])).toContain(
    'Too many authentication failures',
  );
  const quiet = tunnelOptions(relay, key ?? { keyFile: '' }).slice(0, -1);
  const there = ['-p', String(environment.ssh), ...offer, ...quiet, '127.0.0.1'];
  await expect(run('ssh', there)).rejects.toThrow('Too many authentication failures');
});

test('a source that keeps failing is shut out for a while, and devices that signed in from there before are not', async () => {
  const device = await makeDevice(relay);
  const [stranger] = [await makeKey(relay.settings.DATA_FOLDER)];
  const from = (address: string) => ['-N', '-b', address];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    expect(await call(stranger, from('127.9.9.9'))).toContain('Permission denied');
  }
  await eventually(async () => (await call(stranger, from('127.9.9.9'))).match(/reset|closed/));
  await eventually(async () => (await call(stranger, from('127.9.9.9'))).includes('Permission denied'), 20);

  // 127.0.0.1 is where devices have signed in.
  for (let attempt = 0; attempt < 8; attempt += 1) await call(stranger, from('127.0.0.1'));
  const tunnel = openTunnel(relay, device, environment);
  await eventually(() => tunnelIsUp(device));
  await tunnel.close();
});

test('of two hundred silent connections from one network at most a hundred are held, and devices still come in', async () => {
  const comeIn = async () => {
    const device = await makeDevice(relay);
    const began = performance.now();
    const tunnel = openTunnel(relay, device, environment);
    await eventually(async () => (await greeting(device.address)).startsWith('SSH-2.0'));
    const milliseconds = performance.now() - began;
    await tunnel.close();
    return milliseconds;
  };
  const alone = await comeIn();
  const sockets = Array.from({ length: 200 }, (_, index) => {
    const localAddress = `127.8.8.${1 + (index % 200)}`;
    return connect({ port: relay.settings.TUNNEL_SSH_PORT, host: '127.0.0.1', localAddress })
      .on('error', () => {})
      .resume();
  });
  expect(await comeIn()).toBeLessThan(alone + 2000);
  expect(sockets.filter((socket) => !socket.closed).length).toBeLessThanOrEqual(100);
  expect(sockets.filter((socket) => !socket.closed).length).toBeGreaterThan(0);
  for (const socket of sockets) socket.destroy();
});

function later(milliseconds: number): Promise<'later'> {
  return new Promise((resolve) => setTimeout(() => resolve('later'), milliseconds));
}

/** The first bytes that the device's ssh listener sends, empty when there is none. */
function greeting(address: string): Promise<string> {
  const socket = connect(2200, address).on('error', () => {});
  socket.setTimeout(1000, () => socket.destroy());
  return new Promise((resolve) => {
    socket.once('data', (data) => resolve(data.toString('latin1')));
    socket.once('close', () => resolve(''));
  }).then((text) => {
    socket.destroy();
    return text as string;
  });
}
