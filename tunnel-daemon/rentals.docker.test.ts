import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { proofIntervals, rentalEvents, rentals } from '#db/schema/rentals';
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
} from './testing.ts';

const run = promisify(execFile);
let relay: TestRelay;
let environment: TestEnvironment;
let device: TestDevice;
let tunnel: Tunnel;
let site: Server;
let rental: { rentalId: string; name: string };

beforeAll(async () => {
  relay = await startTestDaemon(await testSettings());
  environment = await startEnvironment();
  device = await makeDevice(relay);
  tunnel = openTunnel(relay, device, environment);
  await eventually(() => tunnelIsUp(device));
});

afterAll(async () => {
  site?.close();
  await tunnel.close();
  await environment.close();
  await removeRelay(relay);
});

const stateOf = async (rentalId: string) =>
  (await db.select({ state: rentals.state }).from(rentals).where(eq(rentals.id, rentalId)))[0]?.state;

/** What curl gets from a rental's name, and the status. */
async function visit(host: string, { path = '/', tls = false, more = [] as string[] } = {}) {
  const port = tls ? relay.settings.HTTPS_PORT : relay.settings.HTTP_PORT;
  const authority = ['--cacert', relay.daemon.authority ?? ''];
  const place = ['--resolve', `${host}:${port}:127.0.0.1`, `${tls ? 'https' : 'http'}://${host}:${port}${path}`];
  const { stdout } = await run('curl', ['-s', '-i', '-w', '\n%{http_code}', ...authority, ...more, ...place]);
  return { text: stdout, status: Number(stdout.slice(-3)) };
}

const nameOf = ({ name }: { name: string }) => `${name}.${relay.settings.RENT_DOMAIN}`;

test('a renter gets a shell through the public port within a moment of the environment being ready', async () => {
  const port = relay.settings.FIRST_PORT;
  rental = await makeReadyRental(relay, device, { hostKey: environment.hostKey, port });
  await eventually(async () => (await stateOf(rental.rentalId)) === 'active', 10);

  const known = join(relay.settings.DATA_FOLDER, 'known_hosts');
  await run('sh', ['-c', `echo '[127.0.0.1]:${port} ${environment.hostKey}' > ${known}`]);
  const options = ['-o', `UserKnownHostsFile=${known}`, '-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes'];
  const call = ['-F', 'none', '-i', environment.keyFile, '-p', String(port), ...options, '127.0.0.1', 'echo hello'];
  expect((await run('ssh', call)).stdout).toBe('hello\n');
});

test('proofs follow one another and become one stretch of proven time', async () => {
  const proven = async () => {
    const [stretch, ...others] = await db
      .select()
      .from(proofIntervals)
      .where(eq(proofIntervals.rentalId, rental.rentalId));
    expect(others).toEqual([]);
    return stretch && stretch.proofs >= 4 && stretch;
  };
  const stretch = await eventually(proven);
  expect(stretch.toAt.getTime() - stretch.fromAt.getTime()).toBeGreaterThanOrEqual(1500);
  expect(stretch.handshakeAt).not.toBeNull();
});

test('a visitor whom no web server answers yet reads what to do', async () => {
  const { status, text } = await visit(nameOf(rental));
  expect(status).toBe(502);
  expect(text).toContain('Nothing listens on port 80 yet');
});

test('visitors reach port 80 of the environment by name, in any spelling, over http and https', async () => {
  site = createServer((request, response) => {
    response.setHeader('set-cookie', ['a=1; Domain=rent.localhost; Path=/', 'b=2; Path=/']);
    response.end(
      `${request.headers['x-forwarded-proto']} ${request.headers['x-forwarded-for']} ${request.headers.host}`,
    );
  });
  site.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  await once(site.listen(environment.http, '127.0.0.1'), 'listening');

  const host = nameOf(rental).toUpperCase();
  expect((await visit(host, { more: ['-H', 'X-Forwarded-For: 8.8.8.8'] })).text).toContain('http 127.0.0.1 ');
  expect((await visit(nameOf(rental), { tls: true })).text).toContain('https 127.0.0.1 ');
});

test('a page of a rental cannot set cookies for other rentals', async () => {
  const { text } = await visit(nameOf(rental));
  expect(text).toContain('set-cookie: a=1; Path=/');
  expect(text).toContain('set-cookie: b=2; Path=/');
  expect(text.toLowerCase()).not.toContain('domain=');
});

test('an upgraded connection stays a conversation', async () => {
  const socket = connect(relay.settings.HTTP_PORT, '127.0.0.1');
  socket.write(`GET / HTTP/1.1\r\nHost: ${nameOf(rental)}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
  expect(String((await once(socket, 'data'))[0])).toContain('101 Switching Protocols');
  socket.write('hello');
  expect(String((await once(socket, 'data'))[0])).toBe('hello');
  socket.destroy();
});

test('a name and a port that belong to no rental lead nowhere', async () => {
  const unknown = await visit(`unknown.${relay.settings.RENT_DOMAIN}`);
  expect(unknown).toMatchObject({ status: 404, text: expect.stringContaining('No rental has this name') });
  expect((await visit('127.0.0.1')).status).toBe(404);
  expect((await visit(`unknown.${relay.settings.RENT_DOMAIN}`, { tls: true })).status).toBe(404);

  const socket = connect(relay.settings.LAST_PORT, '127.0.0.1').on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve));
});

test('a rental may end TLS itself', async () => {
  await db.update(rentals).set({ tlsPassthrough: true }).where(eq(rentals.id, rental.rentalId));
  const own = await ownTlsSite();
  const seen = () => visit(nameOf(rental), { tls: true, more: ['--insecure'] }).catch(() => ({ text: '' }));
  await eventually(async () => (await seen()).text.includes('my own TLS'));
  await db.update(rentals).set({ tlsPassthrough: false }).where(eq(rentals.id, rental.rentalId));
  await eventually(async () => (await seen()).text.includes('https 127.0.0.1'));
  own.close();
});

async function ownTlsSite(): Promise<TlsServer> {
  const file = join(relay.settings.DATA_FOLDER, 'own');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${file}.key`];
  await run('openssl', ['req', '-x509', ...key, '-subj', '/CN=own', '-out', `${file}.pem`]);
  const [pem, secret] = await Promise.all([readFile(`${file}.pem`), readFile(`${file}.key`)]);
  const server = createTlsServer({ cert: pem, key: secret }, (_, response) => void response.end('my own TLS'));
  await once(server.listen(environment.https, '127.0.0.1'), 'listening');
  return server;
}

test('somebody who answers with another host key is no proof, and both sides read of it', async () => {
  const stranger = await startEnvironment();
  const other = await makeDevice(relay);
  const otherTunnel = openTunnel(relay, other, stranger);
  await eventually(() => tunnelIsUp(other));
  const port = relay.settings.FIRST_PORT + 1;
  const { rentalId } = await makeReadyRental(relay, other, { hostKey: environment.hostKey, port });
  const kinds = async () =>
    (await db.select().from(rentalEvents).where(eq(rentalEvents.rentalId, rentalId))).map(({ kind }) => kind);
  await eventually(async () => (await kinds()).length > 0);
  expect(await kinds()).toEqual(['hostKeyMismatch']);
  expect(await stateOf(rentalId)).toBe('preparing');
  await db.update(rentals).set({ state: 'cancelled' }).where(eq(rentals.id, rentalId));
  await otherTunnel.close();
  await stranger.close();
});

test('a device that is away is not proven, its visitors read why, and it is proven again when it is back', async () => {
  await tunnel.close();
  await eventually(async () => !(await tunnelIsUp(device)));
  const { status, text } = await visit(nameOf(rental));
  expect(status).toBe(503);
  expect(text).toContain('The device is offline');
  const last = async () => {
    const order = desc(proofIntervals.fromAt);
    const [stretch] = await db
      .select()
      .from(proofIntervals)
      .where(eq(proofIntervals.rentalId, rental.rentalId))
      .orderBy(order);
    return stretch?.toAt.getTime() ?? 0;
  };
  const before = await last();
  tunnel = openTunnel(relay, device, environment);
  await eventually(async () => (await last()) > before);
});

test('stopping cuts open connections and refuses new ones within two seconds', async () => {
  const port = relay.settings.FIRST_PORT;
  const options = ['-o', 'UserKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=no', '-o', 'BatchMode=yes'];
  const session = spawn('ssh', [
    '-F',
    'none',
    '-i',
    environment.keyFile,
    '-p',
    String(port),
    ...options,
    '127.0.0.1',
    'echo in; sleep 60',
  ]);
  await once(session.stdout, 'data');
  const cut = once(session, 'exit');
  await db.update(rentals).set({ state: 'ended' }).where(eq(rentals.id, rental.rentalId));
  const began = performance.now();
  await cut;
  expect(performance.now() - began).toBeLessThan(2000);
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await expect(
    once(socket, 'data').then(
      () => 'greeted',
      () => 'refused',
    ),
  ).resolves.toBe('refused');
  expect((await visit(nameOf(rental))).status).toBe(404);
});
