import { randomBytes, randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { devices } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { deviceProved, registerDevice } from '../devices/commands.ts';
import { creditWallet } from '../payments/manual.ts';
import type {
  AgentReport,
  Hardware,
  ImageSpec,
  Probe,
  RegisterRequest,
  VerificationReport,
} from '../protocol/agent.ts';
import { createSealer } from '../secrets.ts';
import { recordReport, registerAgent } from './commands.ts';

/** The sealer of these tests. */
export const sealer = createSealer(['a secret of at least 32 characters']);

/** The instant at which these tests begin. */
export const start = new Date('2026-11-01T00:00:00.000Z');

/** So many seconds after the start. */
export function after(seconds: number): Date {
  return new Date(start.getTime() + Math.round(seconds * 1000));
}

/** Somebody who may rent and own, with `credit` in the wallet. */
export async function makePerson({ credit = 0n, verified = true } = {}): Promise<string> {
  const email = `${randomUUID()}@example.test`;
  const person = { email, name: 'Somebody', passwordHash: 'none', emailVerifiedAt: verified ? start : null };
  const [user] = await db.insert(users).values(person).returning({ id: users.id });
  const userId = user?.id ?? '';
  const by = { adminId: userId, reason: 'for a test', key: randomUUID(), address: '192.0.2.1', at: start };
  if (credit > 0n) await creditWallet({ userId, amount: credit, ...by });
  return userId;
}

/** A relay with this many ports for rentals; by default it never falls silent. */
export async function makeRelay({ ports = 10_000, seenAt = new Date('2100-01-01') } = {}): Promise<string> {
  const at = { sshPort: 2222, httpPort: 80, httpsPort: 443, firstPort: 20_000, lastPort: 20_000 + ports - 1 };
  const names = { name: randomUUID(), host: 'relay.test', deviceHost: 'relay.test', rentDomain: 'rent.test' };
  const row = { ...at, ...names, sshUser: 'tunnel', hostKey: 'ssh-ed25519 AAAA', seenAt };
  const [relay] = await db.insert(relays).values(row).returning({ id: relays.id });
  return relay?.id ?? '';
}

/** Lets no relay have been heard of for long. */
export async function silenceRelays() {
  await db.update(relays).set({ seenAt: new Date(0) });
}

/** A public key of ed25519's form. */
export function tunnelKey(): string {
  const head = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([0, 0, 0, 32])]);
  return `ssh-ed25519 ${Buffer.concat([head, randomBytes(32)]).toString('base64')}`;
}

/** A device in its owner's form, not yet registered by an agent. */
export async function announce(ownerId: string, { rate = 10_000n, at = start, listed = true } = {}) {
  const facts = { ownerId, name: 'Attic', country: 'NO', rate, diskGigabytes: 8, listed, at };
  const device = await registerDevice(facts);
  return device.ok ? device.value : { deviceId: '', key: '' };
}

/** What an agent sends to be registered. */
export function registration(key: string, tunnelPublicKey = tunnelKey()): RegisterRequest {
  return { protocol: 1, program: '1.0.0', key, tunnelPublicKey, architecture: 'arm64', model: 'Raspberry Pi 5' };
}

/** An agent that registers with `key`. */
export function enrol(key: string, { at = start, tunnelPublicKey = tunnelKey() } = {}) {
  return registerAgent({ registration: registration(key, tunnelPublicKey), sealer, at });
}

/** An agent's report: idle, with its tunnel up, unless said otherwise. */
export function report(news: Partial<AgentReport> = {}): AgentReport {
  const nothing = { orderSeen: null, tunnelProblem: null, environment: null, verification: null, wipe: null };
  return { protocol: 1, program: '1.0.0', tunnelUp: true, metrics: null, ...nothing, ...news };
}

/** A device's row. */
export async function deviceOf(deviceId: string) {
  const [device] = await db.select().from(devices).where(eq(devices.id, deviceId));
  if (!device) throw new RangeError(`no device ${deviceId}`);
  return device;
}

const hardware: Hardware = {
  architecture: 'arm64',
  model: 'Raspberry Pi 5 Model B Rev 1.0',
  cores: 4,
  cpuScore: 400,
  memoryBytes: 4 * 2 ** 30,
  diskBytes: 8e9,
  diskWriteMegabytesPerSecond: 40,
  diskReadMegabytesPerSecond: 90,
  temperatureCelsius: 51,
  throttled: false,
  kernel: '6.12.0',
  hasAes: true,
};

const probes: Probe[] = (['memoryLimit', 'diskQuota', 'userNamespace', 'homeNetwork', 'nameLookup'] as const).map(
  (name) => ({ name, tried: `to break ${name}`, seen: 'it held', passed: true, fix: null }),
);

/** What a verification that finds nothing wrong reports. */
export function goodVerification(id: string): VerificationReport {
  return { id, hardware, probes, problem: null };
}

/** A device on the market, brought there as every device is: key, agent, verification, proof. */
export async function makeMarketDevice(ownerId: string, { rate = 10_000n, at = start, listed = true } = {}) {
  const { deviceId, key } = await announce(ownerId, { rate, at, listed });
  await enrol(key, { at });
  const jobId = (await deviceOf(deviceId)).jobId ?? '';
  await recordReport({ deviceId, report: report({ verification: goodVerification(jobId) }), at });
  await deviceProved({ deviceId, jobId, roundTripMs: 12, downloadMbps: 200, uploadMbps: 40, at });
  await db.update(devices).set({ tunnelUpSince: at }).where(eq(devices.id, deviceId));
  return deviceId;
}

/** An image for every architecture. */
export function imageFor(): ImageSpec {
  return { reference: 'rpibroker/environment:1', path: '/images/environment.tar', sha256: 'a'.repeat(64), bytes: 1 };
}
