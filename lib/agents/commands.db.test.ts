import { eq } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { db } from '#db/client';
import { deviceEvents } from '#db/schema/devices';
import { rentalEvents, rentals } from '#db/schema/rentals';
import { contract } from '../contracts/agreement.ts';
import { deviceProofFailed, deviceProved, replaceKey, retireDevice } from '../devices/commands.ts';
import type { EnvironmentReport, WipeReport } from '../protocol/agent.ts';
import { rentDevice, stopRental } from '../rentals/commands.ts';
import { recordReport } from './commands.ts';
import { authenticateAgent } from './queries.ts';
import {
  after,
  announce,
  deviceOf,
  enrol,
  goodVerification,
  makeMarketDevice,
  makePerson,
  makeRelay,
  report,
  sealer,
  silenceRelays,
  start,
  tunnelKey,
} from './testing.ts';

const HOUR = 10_000n;
const reasonOf = (outcome: { ok: boolean; reason?: string }) => (outcome.ok ? 'registered' : outcome.reason);
const tell = (deviceId: string, news: Parameters<typeof report>[0], second = 1) =>
  recordReport({ deviceId, report: report(news), at: after(second) });
const storyOf = async (deviceId: string) =>
  (await db.select().from(deviceEvents).where(eq(deviceEvents.deviceId, deviceId)).orderBy(deviceEvents.id)).map(
    ({ kind }) => kind,
  );
const proof = { roundTripMs: 12, downloadMbps: 200, uploadMbps: 40 };

beforeAll(() => makeRelay());

test('without a relay nobody is registered, and the key stays good', async () => {
  await silenceRelays();
  const { key } = await announce(await makePerson());
  expect(reasonOf(await enrol(key))).toBe('noRelay');
  await makeRelay();
  expect(reasonOf(await enrol(key))).toBe('registered');
});

test('a key makes one device, with the fingerprint that sshd writes, and is used up', async () => {
  const { deviceId, key } = await announce(await makePerson());
  const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJYWEF5qLgiZ125x3o/0ufOXX+9aG7tzocDtXVJ7zBkf';
  const outcome = await enrol(key, { tunnelPublicKey: publicKey });
  expect(outcome).toMatchObject({ ok: true, value: { deviceId } });
  expect(await deviceOf(deviceId)).toMatchObject({
    state: 'verifying',
    architecture: 'arm64',
    tunnelFingerprint: 'SHA256:uEG4jDecS05MQVS2vcAyh/4pGZjDPZxJG1RlMB9jZ2Y',
  });
  expect(await authenticateAgent(outcome.ok ? outcome.value.deviceToken : '')).toEqual({ ok: true, value: deviceId });
  expect(reasonOf(await enrol(key))).toBe('usedKey');
});

test('two machines with one key at once: one is the device', async () => {
  for (let round = 0; round < 20; round++) {
    const { deviceId, key } = await announce(await makePerson());
    const outcomes = await Promise.all([enrol(key), enrol(key), enrol(key)]);
    expect(outcomes.map(reasonOf).sort()).toEqual(['registered', 'usedKey', 'usedKey']);
    expect((await storyOf(deviceId)).filter((kind) => kind === 'registered')).toHaveLength(1);
  }
});

test('an answer lost on its way is not a lost key: the same machine may ask again until its first poll', async () => {
  const { deviceId, key } = await announce(await makePerson());
  const tunnelPublicKey = tunnelKey();
  const lost = await enrol(key, { tunnelPublicKey });
  const again = await enrol(key, { tunnelPublicKey, at: after(5) });
  expect(again).toMatchObject({ ok: true, value: { deviceId } });
  expect(await authenticateAgent(lost.ok ? lost.value.deviceToken : '')).toEqual({ ok: false, reason: 'unknownToken' });
  await tell(deviceId, {});
  expect(reasonOf(await enrol(key, { tunnelPublicKey }))).toBe('usedKey');
});

test('keys that are unknown, malformed, replaced, a day old or of a retired device are refused, each by its name', async () => {
  const ownerId = await makePerson();
  for (const key of ['rpk_unknown', '', '💥'.repeat(40)]) expect(reasonOf(await enrol(key))).toBe('unknownKey');
  const { deviceId, key } = await announce(ownerId);
  expect(reasonOf(await enrol(key, { at: after(86_400) }))).toBe('expiredKey');
  const replaced = await replaceKey({ deviceId, ownerId, at: after(1) });
  expect(reasonOf(await enrol(key))).toBe('revokedKey');
  await retireDevice({ deviceId, ownerId, at: after(2) });
  expect(reasonOf(await enrol(replaced.ok ? replaced.value.key : ''))).toBe('retired');
});

test('a tunnel key that is no key, or another device’s, registers nothing', async () => {
  const ownerId = await makePerson();
  const [first, second] = [await announce(ownerId), await announce(ownerId)];
  const tunnelPublicKey = tunnelKey();
  expect(reasonOf(await enrol(first.key, { tunnelPublicKey: `ssh-ed25519 ${'A'.repeat(68)}` }))).toBe('notATunnelKey');
  await enrol(first.key, { tunnelPublicKey });
  expect(reasonOf(await enrol(second.key, { tunnelPublicKey }))).toBe('tunnelKeyTaken');
  expect((await deviceOf(second.deviceId)).state).toBe('awaitingAgent');
});

test('one machine with two keys at once becomes one device, and is told so on the other', async () => {
  for (let round = 0; round < 10; round++) {
    const ownerId = await makePerson();
    const [one, two] = [await announce(ownerId), await announce(ownerId)];
    const tunnelPublicKey = tunnelKey();
    const outcomes = await Promise.all([one, two].map(({ key }) => enrol(key, { tunnelPublicKey })));
    expect(outcomes.map(reasonOf).sort()).toEqual(['registered', 'tunnelKeyTaken']);
    const states = [await deviceOf(one.deviceId), await deviceOf(two.deviceId)].map(({ state }) => state);
    expect(states.sort()).toEqual(['awaitingAgent', 'verifying']);
  }
});

test('a machine whose device was retired may start anew as another device', async () => {
  const ownerId = await makePerson();
  const [first, second] = [await announce(ownerId), await announce(ownerId)];
  const tunnelPublicKey = tunnelKey();
  const old = await enrol(first.key, { tunnelPublicKey });
  await retireDevice({ deviceId: first.deviceId, ownerId, at: after(1) });
  expect(await authenticateAgent(old.ok ? old.value.deviceToken : '')).toEqual({ ok: false, reason: 'retired' });
  expect(reasonOf(await enrol(second.key, { tunnelPublicKey }))).toBe('registered');
});

test('a new key replaces the agent of a device that is ready or being verified, and verifies it anew', async () => {
  const ownerId = await makePerson();
  const deviceId = await makeMarketDevice(ownerId);
  for (const before of ['ready', 'verifying']) {
    const { state, tokenHash, jobId } = await deviceOf(deviceId);
    expect(state).toBe(before);
    const made = await replaceKey({ deviceId, ownerId, at: after(1) });
    expect(reasonOf(await enrol(made.ok ? made.value.key : '', { at: after(2) }))).toBe('registered');
    const now = await deviceOf(deviceId);
    expect(now).toMatchObject({ state: 'verifying', measuredAt: null, provedAt: null });
    expect([now.tokenHash === tokenHash, now.jobId === jobId]).toEqual([false, false]);
  }
});

test('a rented device keeps its agent until the rental is over', async () => {
  const { deviceId, ownerId } = await rented();
  const { tokenHash } = await deviceOf(deviceId);
  const made = await replaceKey({ deviceId, ownerId, at: after(1) });
  const key = made.ok ? made.value.key : '';
  expect(reasonOf(await enrol(key))).toBe('inUse');
  expect((await deviceOf(deviceId)).tokenHash).toBe(tokenHash);
});

test('a device is on the market once it is measured and proved, in whichever order', async () => {
  for (const order of ['measuredFirst', 'provedFirst', 'together']) {
    const { deviceId, jobId } = await verifying();
    const steps = [
      () => tell(deviceId, { verification: goodVerification(jobId) }),
      () => deviceProved({ deviceId, jobId, ...proof, at: after(1) }),
    ];
    if (order === 'provedFirst') steps.reverse();
    if (order === 'together') await Promise.all(steps.map((step) => step()));
    else for (const step of steps) await step();
    expect(await deviceOf(deviceId)).toMatchObject({ state: 'ready', cores: 4, roundTripMs: 12, verifyPassword: null });
    expect(await storyOf(deviceId)).toEqual(expect.arrayContaining(['hardwareMeasured', 'proved', 'verified']));
  }
});

test('a failed probe, a failed proof or a verification that broke off rejects the device with what to do', async () => {
  const fix = 'Add cgroup_enable=memory to /boot/firmware/cmdline.txt and reboot.';
  const probed = await verifying();
  const good = goodVerification(probed.jobId);
  const probes = good.probes.map((probe) => (probe.name === 'memoryLimit' ? { ...probe, passed: false, fix } : probe));
  await tell(probed.deviceId, { verification: { ...good, probes } });
  const broken = await verifying();
  await tell(broken.deviceId, {
    verification: { id: broken.jobId, hardware: null, probes: [], problem: 'No loop device.' },
  });
  const unproved = await verifying();
  const { deviceId, jobId } = unproved;
  await deviceProofFailed({ deviceId, jobId, problem: 'The relay could not sign in.', at: after(1) });

  const problems = await Promise.all([probed, broken, unproved].map(async ({ deviceId }) => deviceOf(deviceId)));
  expect(problems.map(({ state, problem }) => [state, problem])).toEqual([
    ['rejected', fix],
    ['rejected', 'No loop device.'],
    ['rejected', 'The relay could not sign in.'],
  ]);
});

test('a verification that leaves a promise untried, or is of an earlier order, does not count', async () => {
  const { deviceId, jobId } = await verifying();
  await deviceProved({ deviceId, jobId, ...proof, at: after(1) });
  const good = goodVerification(jobId);
  await tell(deviceId, { verification: { ...good, probes: good.probes.slice(1) } });
  await tell(deviceId, { verification: goodVerification('019a0000-0000-7000-8000-000000000000') });
  const outdated = { deviceId, jobId: '019a0000-0000-7000-8000-000000000000', at: after(1) };
  expect(await deviceProved({ ...proof, ...outdated })).toEqual({ ok: false, reason: 'outdated' });
  expect(await deviceProofFailed({ problem: 'late', ...outdated })).toEqual({ ok: false, reason: 'outdated' });
  expect(await deviceOf(deviceId)).toMatchObject({ state: 'verifying', measuredAt: null });
});

test('the relay learns the verification’s host key exactly while its environment is ready', async () => {
  const { deviceId, jobId } = await verifying();
  const hostKey = tunnelKey();
  const keyAfter = async (environment: EnvironmentReport | null) => {
    await tell(deviceId, { environment });
    return (await deviceOf(deviceId)).verifyHostKey;
  };
  expect(await keyAfter(environmentOf(jobId, 'preparing', hostKey))).toBeNull();
  expect(await keyAfter(environmentOf(jobId, 'ready', hostKey))).toBe(hostKey);
  expect(await keyAfter(environmentOf('019a0000-0000-7000-8000-000000000000', 'ready', hostKey))).toBeNull();
  expect(await keyAfter(environmentOf(jobId, 'ready', hostKey))).toBe(hostKey);
  expect(await keyAfter(null)).toBeNull();
});

test('the preparation of a rental is told step by step, once each', async () => {
  const { deviceId, rentalId } = await rented();
  const hostKey = tunnelKey();
  const step = { step: 'startContainer', milliseconds: 120 };
  const news = [
    environmentOf(rentalId, 'preparing', null),
    { ...environmentOf(rentalId, 'preparing', null), steps: [step] },
    { ...environmentOf(rentalId, 'ready', hostKey), steps: [step, step] },
  ];
  for (const [second, environment] of news.flatMap((one) => [one, one]).entries()) {
    await tell(deviceId, { environment }, second);
  }
  expect(await rentalStoryOf(rentalId)).toEqual(['agreed', 'orderTaken', 'environmentStarted', 'environmentReady']);
  const [rental] = await db.select().from(rentals).where(eq(rentals.id, rentalId));
  expect(rental).toMatchObject({ hostKey, environmentReadyAt: after(4), environmentSteps: [step, step] });
});

test('a host key that changes during a rental is told once, and not believed', async () => {
  const { deviceId, rentalId } = await rented();
  const [first, other] = [tunnelKey(), tunnelKey()];
  for (const hostKey of [first, other, other, first]) {
    await tell(deviceId, { environment: environmentOf(rentalId, 'ready', hostKey) });
  }
  const [rental] = await db.select().from(rentals).where(eq(rentals.id, rentalId));
  expect(rental?.hostKey).toBe(first);
  expect((await rentalStoryOf(rentalId)).filter((kind) => kind === 'hostKeyChanged')).toHaveLength(1);
});

test('an agent that makes up host keys does not fill the rental’s history', async () => {
  const { deviceId, rentalId } = await rented();
  for (let report = 0; report < 25; report++) {
    await tell(deviceId, { environment: environmentOf(rentalId, 'ready', tunnelKey()) });
  }
  expect((await rentalStoryOf(rentalId)).filter((kind) => kind === 'hostKeyChanged')).toHaveLength(10);
});

test('an agent that cannot start the environment cancels the rental, with the reason', async () => {
  const { deviceId, rentalId } = await rented();
  await tell(deviceId, { environment: { ...environmentOf(rentalId, 'failed', null), problem: 'The disk is full.' } });
  const [rental] = await db.select().from(rentals).where(eq(rentals.id, rentalId));
  expect(rental).toMatchObject({ state: 'cancelled', endEvent: 'deviceFailed' });
  expect((await deviceOf(deviceId)).state).toBe('wiping');
});

test('a device says nothing about another device’s rental', async () => {
  const { rentalId } = await rented();
  const { deviceId } = await rented();
  await tell(deviceId, { environment: environmentOf(rentalId, 'ready', tunnelKey()) });
  const [rental] = await db.select().from(rentals).where(eq(rentals.id, rentalId));
  expect(rental).toMatchObject({ state: 'preparing', hostKey: null, environmentReadyAt: null });
});

test('only the proof of the very wipe that was ordered brings a device back to the market', async () => {
  const { deviceId, rentalId, renterId } = await rented();
  await stopRental({ rentalId, renterId, at: after(1) });
  const jobId = (await deviceOf(deviceId)).jobId ?? '';
  const wipe = (id: string, problem: string | null): WipeReport => ({ id, steps: [], imageDigest: null, problem });
  await tell(deviceId, { wipe: wipe('019a0000-0000-7000-8000-000000000000', null) });
  expect((await deviceOf(deviceId)).state).toBe('wiping');
  await tell(deviceId, { wipe: wipe(jobId, null) });
  await tell(deviceId, { wipe: wipe(jobId, 'too late') });
  expect(await deviceOf(deviceId)).toMatchObject({ state: 'ready', jobId: null, problem: null });
});

test('a device whose wipe failed is kept from everybody', async () => {
  const { deviceId, rentalId, renterId } = await rented();
  await stopRental({ rentalId, renterId, at: after(1) });
  const id = (await deviceOf(deviceId)).jobId ?? '';
  await tell(deviceId, { wipe: { id, steps: [], imageDigest: null, problem: 'The file could not be deleted.' } });
  const device = await deviceOf(deviceId);
  expect(device.state).toBe('quarantined');
  expect(device.problem).toContain('The file could not be deleted.');
});

test('an agent is told of when it comes back, not at every poll', async () => {
  const { deviceId } = await verifying();
  for (const second of [0, 25, 50, 95, 141, 150]) await tell(deviceId, {}, second);
  expect((await storyOf(deviceId)).filter((kind) => kind === 'agentSeen')).toHaveLength(2);
  expect((await deviceOf(deviceId)).lastPollAt).toEqual(after(150));
});

function environmentOf(id: string, state: EnvironmentReport['state'], hostKey: string | null): EnvironmentReport {
  return { id, state, hostKey, steps: [], problem: null };
}

async function verifying() {
  const { deviceId, key } = await announce(await makePerson());
  await enrol(key);
  return { deviceId, jobId: (await deviceOf(deviceId)).jobId ?? '' };
}

async function rented() {
  const [renterId, ownerId] = await Promise.all([makePerson({ credit: HOUR }), makePerson()]);
  const deviceId = await makeMarketDevice(ownerId, { rate: HOUR });
  const outcome = await rentDevice({ deviceId, renterId, contractHash: contract.hash, rate: HOUR, at: start, sealer });
  return { deviceId, renterId, ownerId, rentalId: outcome.ok ? outcome.value.rentalId : '' };
}

async function rentalStoryOf(rentalId: string) {
  const events = await db
    .select()
    .from(rentalEvents)
    .where(eq(rentalEvents.rentalId, rentalId))
    .orderBy(rentalEvents.id);
  return events.map(({ kind }) => kind);
}
