import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EnvironmentSpec, forwards } from '../lib/protocol/agent.ts';
import { buildImages } from '../scripts/images.ts';
import { startTestBroker, type TestBroker } from './testing/broker.ts';
import { startTestDevice, type TestDevice } from './testing/device.ts';
import { startTestRelay, type TestRelay } from './testing/relay.ts';

const run = promisify(execFile);
const [ssh, web, tls] = forwards;
const keyPair = ssh2.utils.generateKeyPairSync('ed25519');
const address = `127.100.${Math.ceil(Math.random() * 250)}.${Math.ceil(Math.random() * 250)}`;
const name = `rpibroker-test-${randomUUID().slice(0, 8)}`;
const verification: EnvironmentSpec = environment('probe-device-1');
const rental: EnvironmentSpec = environment('amber-otter-42');

let broker: TestBroker;
let relay: TestRelay;
let device: TestDevice;

beforeAll(async () => {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const manifest = await buildImages();
  const [agent, image] = [manifest.agent[architecture], manifest.environment[architecture]];
  if (!agent || !image) throw new Error('the images were not built');
  const imageFile = join(fileURLToPath(new URL('../.data/images', import.meta.url)), image.file);
  broker = await startTestBroker({ key: 'owner-key-1', imageFile });
  device = await startTestDevice({ name, key: 'owner-key-1', brokerPort: broker.port, reference: agent.reference });
  await broker.report(() => true);
  relay = await startTestRelay({ publicKey: broker.seen.registrations[0]?.tunnelPublicKey ?? '', address });
  const { port, user, hostKey } = relay;
  broker.settle({
    tunnel: { host: '127.0.0.1', port, user, hostKey, address },
    diskGigabytes: 3,
    image: { ...image, path: '/images/environment.tar' },
  });
  broker.order({ kind: 'idle', next: null });
});

afterAll(async () => {
  await device?.remove();
  await relay?.stop();
  broker?.stop();
});

test('a device registers once with its key and opens its tunnel', async () => {
  expect(broker.seen.registrations).toHaveLength(1);
  const { tunnelProblem } = await broker.report((report) => report.tunnelUp);
  expect(tunnelProblem).toBeNull();
});

test('what the tunnel brings is not paced on the bridge, taken many bytes at a time, and after the owner’s own work', async () => {
  expect(await device.inside('ip route show 10.99.0.0/24')).toContain('congctl reno');
  expect(await device.inside('chrt --pid $(pgrep --exact ssh)')).toContain('SCHED_BATCH');
  expect(await device.inside('ps -o ni= -C ssh')).toBe('2');
});

test('a verification measures the hardware and finds every promise kept', async () => {
  broker.order({ kind: 'verify', environment: verification });
  const report = await broker.report((report) => report.verification?.id === verification.id, 150_000);
  expect(report.verification?.problem).toBeNull();
  expect(report.verification?.probes.filter((probe) => !probe.passed)).toEqual([]);
  expect(report.verification?.probes).toHaveLength(5);
  const hardware = report.verification?.hardware;
  expect(hardware?.diskBytes).toBe(3 * 1024 ** 3);
  for (const figure of ['cpuScore', 'diskWriteMegabytesPerSecond', 'diskReadMegabytesPerSecond'] as const) {
    expect(hardware?.[figure], figure).toBeGreaterThan(1);
  }
});

test('while a device is verified, the relay can measure through its tunnel', async () => {
  expect((await exchange(web.listen, Buffer.alloc(0))).length).toBe(4 * 1024 ** 2);
  expect((await exchange(tls.listen, Buffer.alloc(1_000_000))).length).toBe(1);
});

test('an idle device has removed what it was verified with, and keeps an environment waiting that nobody can enter', async () => {
  broker.order({ kind: 'idle', next: rental.name });
  await broker.report((report) => report.environment === null, 20_000);
  await expect.poll(waiting, { timeout: 20_000 }).toBe(rental.name);
  expect(await exchange(ssh.listen, Buffer.alloc(0))).toEqual(Buffer.alloc(0));
  expect(await device.inEnvironment('passwd --status amber-otter-42')).toMatch(/^amber-otter-42 L /);
});

test('an environment still waits after a power cut', async () => {
  await powerCut();
  await expect.poll(waiting, { timeout: 60_000 }).toBe(rental.name);
});

test('a renter is in within seconds, with a password and the reported host key', async () => {
  const ordered = performance.now();
  broker.order({ kind: 'serve', environment: rental, paused: false });
  const report = await broker.report(
    (report) => report.environment?.id === rental.id && report.environment.state === 'ready',
  );
  console.log('ready after', Math.round(performance.now() - ordered), 'ms', JSON.stringify(report.environment?.steps));
  expect(report.environment?.steps.map(({ step }) => step)).toEqual(['letIn']);
  expect(await asRenter('hostname; whoami; sudo -n id -u')).toBe('amber-otter-42\namber-otter-42\n0');
});

test("a renter's saved key opens the environment too", async () => {
  expect(await asRenter('echo in', { privateKey: keyPair.private })).toBe('in');
});

test('neither the password nor the setup file stays in the environment', async () => {
  expect(await asRenter('sudo ls -A /etc/rpibroker')).toBe('');
  const inspected = await device.inside('docker -H unix:///run/rpibroker/docker.sock inspect environment');
  expect(inspected).not.toContain(rental.password);
});

test('the web page that the greeting promises is public', async () => {
  const motd = await readFile(new URL('environment/motd', import.meta.url), 'utf8');
  const [, command] = /^ +A web page +(.+)$/m.exec(motd) ?? [];
  await asRenter(`(${command}) >/dev/null 2>&1 &`);
  const page = () => run('curl', ['-s', '--max-time', '5', `http://${address}:${web.listen}/`]);
  await expect
    .poll(async () => (await page().catch(() => null))?.stdout, { timeout: 20_000 })
    .toContain('Directory listing for /');
  await asRenter('sudo pkill python3');
});

test('a renter installs packages, and what they bring serves the public port', async () => {
  const said = await asRenter(
    'sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y nginx-light >/dev/null 2>&1; echo $?',
  );
  expect(said).toBe('0');
  const { stdout } = await run('curl', ['-s', '--max-time', '10', `http://${address}:${web.listen}/`]);
  expect(stdout).toContain('nginx');
});

test('a renter can fill the disk that was rented and not a byte more', async () => {
  expect(await asRenter('fallocate -l 4G ~/big 2>&1; rm -f ~/big')).toContain('No space left');
});

test("a renter reaches neither the owner's network nor the agent, nor sends mail", async () => {
  const own = await device.inside('hostname -i');
  const targets = [
    '172.17.0.1 22',
    `${own} 22`,
    '169.254.169.254 80',
    '192.168.1.1 80',
    `172.17.0.1 ${broker.port}`,
    '10.99.0.1 80',
  ];
  const tries = targets.map((target) => `nc -z -w 2 ${target} && echo reached ${target}`).join('; ');
  expect(await asRenter(`${tries}; nc -z -w 2 203.0.113.80 25 && echo mail; true`)).toBe('');
});

test('a renter cannot open kernel doors that a server does not need', async () => {
  const script =
    'import socket\nfor family in (38, 40, 17):\n  try: socket.socket(family, 2, 0); print("open", family)\n  except OSError: pass';
  expect(
    await asRenter(`sudo python3 -c '${script}'; unshare -Ur id; sudo mount -t tmpfs none /mnt && echo mounted; true`),
  ).not.toMatch(/open|uid=|mounted/);
});

test('root in an environment stands before no device of the owner’s machine', async () => {
  const ofHost = (await run('stat', ['-c', '%d:%i', '/dev/null'])).stdout.trim();
  expect(await device.inside('stat -c %d:%i /dev/null')).not.toBe(ofHost);
  expect(await asRenter('sudo stat -c %d:%i /dev/null')).not.toBe(ofHost);
  expect(
    await device.inside(
      'ls /dev | grep -vE "^(loop.*|fd|full|mqueue|null|ptmx|pts|u?random|shm|std.*|tty|zero)$"; true',
    ),
  ).toBe('');
});

test('ssh in an environment agrees to nothing that rests on SHA-1, CBC or no encryption', async () => {
  for (const option of [
    'MACs=hmac-sha1',
    'KexAlgorithms=diffie-hellman-group14-sha1',
    'Ciphers=aes128-cbc',
    'HostKeyAlgorithms=ssh-rsa',
  ]) {
    const call = [
      '-F',
      'none',
      '-o',
      'BatchMode=yes',
      '-o',
      'Ciphers=aes128-ctr',
      '-p',
      String(ssh.listen),
      `x@${address}`,
    ];
    const { stderr } = await run('ssh', ['-o', option, ...call]).catch((failure: { stderr: string }) => failure);
    expect(stderr, option).toContain('Unable to negotiate');
  }
});

test('a paused rental stands still and goes on where it was', async () => {
  broker.order({ kind: 'serve', environment: rental, paused: true });
  await broker.report((report) => report.environment?.state === 'paused');
  broker.order({ kind: 'serve', environment: rental, paused: false });
  await broker.report((report) => report.environment?.state === 'ready', 20_000);
  expect(await asRenter('echo again')).toBe('again');
});

test('a resumed rental is ready only once its ssh answers again', async () => {
  broker.order({ kind: 'serve', environment: rental, paused: true });
  await broker.report((report) => report.environment?.state === 'paused');
  const drop =
    'add chain inet cut out { type filter hook output priority 0; }; add rule inet cut out tcp dport 22 drop';
  await device.inside(`nft 'add table inet cut; ${drop}'`);
  const resumed = broker.seen.reports.length;
  broker.order({ kind: 'serve', environment: rental, paused: false });
  const unready = await broker.report((report) => report.environment?.state === 'preparing', 20_000, resumed);
  expect(unready.environment?.hostKey).toBe(hostKey());
  await device.inside('nft delete table inet cut');
  await broker.report((report) => report.environment?.state === 'ready', 20_000, resumed);
  expect(await asRenter('echo back')).toBe('back');
  expect(statesSince(resumed)).toEqual(['paused', 'preparing', 'ready']);
});

test('a power cut does not set a paused rental going', async () => {
  broker.order({ kind: 'serve', environment: rental, paused: true });
  await broker.report((report) => report.environment?.state === 'paused');
  const began = await powerCut();
  await broker.report((report) => report.tunnelUp && report.environment?.state === 'paused', 60_000, began);
  broker.order({ kind: 'serve', environment: rental, paused: false });
  await broker.report((report) => report.environment?.state === 'ready', 20_000);
  expect(await asRenter('echo on')).toBe('on');
});

test('a rebooted environment is back with its files and its host key', async () => {
  await asRenter('sudo sh -c "echo kept > /root/file"; cat /proc/sys/kernel/random/boot_id');
  const started = await startOfEnvironment();
  const rebooted = broker.seen.reports.length;
  await asRenter('sudo reboot').catch(() => {});
  await expect.poll(startOfEnvironment, { timeout: 20_000 }).not.toBe(started);
  await broker.report((report) => report.environment?.state === 'preparing', 20_000, rebooted);
  await expect.poll(() => broker.last()?.environment?.state, { timeout: 20_000 }).toBe('ready');
  expect(await asRenter('sudo cat /root/file')).toBe('kept');
});

test('a killed Node program ends no session of a renter', async () => {
  const before = broker.seen.reports.length;
  const back = broker.report((report) => report.orderSeen === null, 30_000, before);
  const [said, , first] = await Promise.all([asRenter('sleep 4; echo alive'), device.killNode(), back]);
  expect(said).toBe('alive');
  expect(first.environment).toMatchObject({ id: rental.id, state: 'ready' });
  await broker.report((report) => report.tunnelUp && report.environment?.state === 'ready', 30_000, before);
});

test('a power cut leaves the renter the same files and the same host key', async () => {
  const cut = performance.now();
  const began = await powerCut();
  const back = await broker.report((report) => report.tunnelUp && report.environment?.state === 'ready', 60_000, began);
  console.log('tunnel and environment reported after', Math.round(performance.now() - cut), 'ms');
  expect(back.environment?.hostKey).toBe(hostKey());
  expect(broker.seen.reports.slice(began).map(({ environment }) => environment?.id)).not.toContain(undefined);
  expect(await asRenter('sudo cat /root/file')).toBe('kept');
});

test('a firewall that another program flushed is back within half a minute', async () => {
  await device.inside('nft flush ruleset');
  await expect.poll(() => device.inside('nft list ruleset'), { timeout: 30_000 }).toContain('10.0.0.0/8');
});

test('a link whose packets vanish is noticed, and the tunnel is back soon after it heals', async () => {
  const failures = async () => (await device.logs()).split('tunnel could not be opened').length;
  const known = await failures();
  const cut = 'add chain inet cut out { type filter hook output priority 0; }; add rule inet cut out oifname eth0 drop';
  await device.inside(`nft 'add table inet cut; ${cut}'`);
  await expect.poll(failures, { timeout: 45_000, interval: 1000 }).toBeGreaterThan(known);
  await sleep(3000);
  const before = broker.seen.reports.length;
  const healed = performance.now();
  await device.inside('nft delete table inet cut');
  await broker.report((report) => report.tunnelUp, 10_000, before);
  console.log('tunnel reported', Math.round(performance.now() - healed), 'ms after the link healed');
  expect(await asRenter('echo healed')).toBe('healed');
});

test('a wipe leaves nothing of the renter, and a second order for it does nothing', async () => {
  await asRenter('sudo sh -c "echo canary-8142 > /var/canary"');
  const task = { kind: 'wipe', wipeId: randomUUID() } as const;
  broker.order(task);
  const { wipe } = await broker.report((report) => report.wipe?.id === task.wipeId, 150_000);
  console.log('wipe', JSON.stringify(wipe));
  expect(wipe?.problem).toBeNull();
  expect(wipe?.imageDigest).toMatch(/^sha256:/);
  expect(await device.inside('grep -rl canary-8142 /disk /state --exclude=image-* || true')).toBe('');
  broker.order(task);
  broker.order({ kind: 'idle', next: 'calm-crane-8' });
  await broker.report((report) => report.environment === null, 20_000);
  expect(broker.last()?.wipe).toEqual(wipe);
});

test('a renter under another name than the environment that waits gets one of that name', async () => {
  await expect.poll(waiting, { timeout: 20_000 }).toBe('calm-crane-8');
  // As many and as long as keys may be: more than a pipe holds at once.
  const authorizedKeys = Array.from({ length: 50 }, (_, key) => `ssh-rsa ${'A'.repeat(8900)}${100 + key}`);
  const next = { ...environment('brisk-heron-7'), authorizedKeys };
  broker.order({ kind: 'serve', environment: next, paused: false });
  await broker.report((report) => report.environment?.id === next.id && report.environment.state === 'ready');
  const users = await device.inEnvironment('hostname; cut -d: -f1 /etc/passwd | tail -1');
  expect(users).toBe('brisk-heron-7\nbrisk-heron-7');
  const installed = await device.inEnvironment('cat /home/brisk-heron-7/.ssh/authorized_keys');
  expect(installed.split('\n')).toEqual(authorizedKeys);
});

test('a wipe that is cut off by a power cut is finished after it', async () => {
  const task = { kind: 'wipe', wipeId: randomUUID() } as const;
  broker.order(task);
  await device.killContainer();
  const { wipe } = await broker.report((report) => report.wipe?.id === task.wipeId, 150_000);
  expect(wipe?.problem).toBeNull();
});

test('a stopped agent has let go of the disk file and its loop device', async () => {
  await device.stop();
  const { stdout: volume } = await run('docker', ['volume', 'inspect', '--format', '{{.Mountpoint}}', name]);
  const { stdout } = await run('sh', ['-c', `losetup --associated ${volume.trim()}/disk-*.ext4`]);
  expect(stdout).toBe('');
  expect(broker.seen.faults).toEqual([]);
});

function environment(user: string): EnvironmentSpec {
  return { id: randomUUID(), name: user, password: randomUUID(), authorizedKeys: [keyPair.public] };
}

/** All that a port of the tunnel answers to `sent`. */
async function exchange(port: number, sent: Buffer): Promise<Buffer> {
  const socket = connect(port, address);
  socket.end(sent);
  return buffer(socket);
}

/** Cuts the power, and answers how many reports there were before the first of the program that began after it. */
async function powerCut(): Promise<number> {
  const before = broker.seen.reports.length;
  await device.killContainer();
  const first = await broker.report((report) => report.orderSeen === null, 60_000, before);
  return broker.seen.reports.indexOf(first);
}

/** The states that the agent has reported since so many reports, one after another. */
function statesSince(reports: number): (string | undefined)[] {
  const states = broker.seen.reports.slice(reports).map(({ environment }) => environment?.state);
  return states.filter((state, index) => state !== states[index - 1]);
}

function hostKey(): string {
  return broker.seen.reports.find(({ environment }) => environment?.id === rental.id && environment.hostKey)
    ?.environment?.hostKey as string;
}

/** The name of the environment that waits at its door, or why none does. */
const waiting = () => device.inEnvironment('test -p /etc/rpibroker/door && hostname').catch(String);

const startOfEnvironment = () =>
  device.inside('docker -H unix:///run/rpibroker/docker.sock inspect -f "{{.State.StartedAt}}" environment');

/** What `command` prints when the renter runs it over the tunnel; the host key must be the reported one. */
function asRenter(command: string, credential: ssh2.ConnectConfig = { password: rental.password }): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const hostVerifier = (key: Buffer) => `ssh-ed25519 ${key.toString('base64')}` === hostKey();
    client.on('error', reject).once('ready', () => {
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        let said = '';
        const hear = (chunk: Buffer) => {
          said += chunk;
        };
        channel.on('data', hear).stderr.on('data', hear);
        channel.once('close', () => {
          client.end();
          resolve(said.trim());
        });
      });
    });
    client.connect({ host: address, port: ssh.listen, username: rental.name, hostVerifier, ...credential });
  });
}
