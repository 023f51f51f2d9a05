import { and, eq, isNull } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { devices, registrationKeys } from '#db/schema/devices';
import { invariant } from '#lib/errors';
import { formatMoney, rateLimits } from '#lib/money';
import { done, type Outcome, refused } from '#lib/outcome';
import { hashToken, newToken, type Sealer } from '#lib/secrets';
import { type DeviceState, mayChangeDisk, verifyEvent } from './lifecycle.ts';
import {
  failVerification,
  finishVerification,
  type LockedDevice,
  lockDevice,
  moveDevice,
  startVerification,
  tellDevice,
} from './moves.ts';

/** How long a registration key may lie unused, in hours. */
export const KEY_HOURS = 24;

/** An owner and what should be one of that owner's devices. */
type Own = { deviceId: string; ownerId: string; at: Date };

/** Registers a device whose agent has yet to call; the key for that is answered once and never again. */
export async function registerDevice(request: {
  ownerId: string;
  name: string;
  country: string;
  rate: bigint;
  diskGigabytes: number;
  listed: boolean;
  at: Date;
}): Promise<Outcome<{ deviceId: string; key: string }, 'rateOutOfRange'>> {
  const { at, ...facts } = request;
  if (!isAllowed(facts.rate)) return refused('rateOutOfRange');
  return db.transaction(async (tx) => {
    const rows = await tx
      .insert(devices)
      .values({ ...facts, stateSince: at, createdAt: at })
      .returning();
    const [device] = rows;
    invariant(device, 'a new device is answered');
    return done({ deviceId: device.id, key: await makeKey(tx, device.id, at) });
  });
}

/** Makes a new registration key for a device; keys made before and not used yet stop working. */
export async function replaceKey(request: Own): Promise<Outcome<{ key: string }, 'notFound' | 'retired'>> {
  return withOwnDevice(request, async (tx, device) => {
    if (device.state === 'retired') return refused('retired');
    return done({ key: await makeKey(tx, device.id, request.at) });
  });
}

/** Changes what future rentals of a device cost an hour; a running rental keeps its rate. */
export async function changeRate(
  request: Own & { rate: bigint },
): Promise<Outcome<void, 'notFound' | 'retired' | 'rateOutOfRange'>> {
  const { rate, at } = request;
  if (!isAllowed(rate)) return refused('rateOutOfRange');
  return withOwnDevice(request, async (tx, device) => {
    if (device.state === 'retired') return refused('retired');
    if (device.rate === rate) return done(undefined);
    await tx.update(devices).set({ rate }).where(eq(devices.id, device.id));
    await tellDevice(tx, device.id, 'rateChanged', at, `from ${formatMoney(device.rate)} to ${formatMoney(rate)}`);
    return done(undefined);
  });
}

/** Changes what a device is called and where it stands; not where, while somebody rents it who chose it for that. */
export async function describeDevice(
  request: Own & { name: string; country: string },
): Promise<Outcome<void, 'notFound' | 'retired' | 'inUse'>> {
  const { name, country, at } = request;
  return withOwnDevice(request, async (tx, device) => {
    if (device.state === 'retired') return refused('retired');
    if (device.name === name && device.country === country) return done(undefined);
    if (device.country !== country && device.state === 'rented') return refused('inUse');
    await tx.update(devices).set({ name, country }).where(eq(devices.id, device.id));
    const before = `from ${device.name} (${device.country}) to ${name} (${country})`;
    await tellDevice(tx, device.id, 'described', at, before);
    return done(undefined);
  });
}

/** Changes how much disk a device offers, which makes its agent remake the disk; then all of it is measured anew. */
export async function changeDisk(
  request: Own & { diskGigabytes: number; sealer: Sealer },
): Promise<Outcome<void, 'notFound' | 'inUse'>> {
  const { diskGigabytes, at } = request;
  return withOwnDevice(request, async (tx, device) => {
    if (device.diskGigabytes === diskGigabytes) return done(undefined);
    if (!mayChangeDisk(device.state)) return refused('inUse');
    await tx.update(devices).set({ diskGigabytes }).where(eq(devices.id, device.id));
    await tellDevice(tx, device.id, 'diskChanged', at, `from ${device.diskGigabytes} GB to ${diskGigabytes} GB`);
    if (device.state !== 'awaitingAgent') await startVerification(tx, device, verifyEvent(device.state), request);
    return done(undefined);
  });
}

/** Offers a device on the market or takes it off; a running rental goes on. */
export async function setListed(request: Own & { listed: boolean }): Promise<Outcome<void, 'notFound' | 'retired'>> {
  return withOwnDevice(request, async (tx, device) => {
    if (device.state === 'retired') return refused('retired');
    await writeListed(tx, device, request.listed, request.at);
    return done(undefined);
  });
}

/** Takes a device out of the broker for good; its agent is turned away from then on. */
export async function retireDevice(request: Own): Promise<Outcome<DeviceState, 'notFound' | 'inUse'>> {
  return withOwnDevice(request, async (tx, device) => {
    if (device.state === 'retired') return done(device.state);
    const state = await moveDevice(tx, device, 'retired', request.at);
    if (!state) return refused('inUse');
    await tx.update(devices).set({ listed: false, tunnelUpSince: null }).where(eq(devices.id, device.id));
    await revokeKeys(tx, device.id, request.at);
    return done(state);
  });
}

/** Verifies a rejected device again, or measures anew one that is ready. */
export async function retryVerification(
  request: Own & { sealer: Sealer },
): Promise<Outcome<DeviceState, 'notFound' | 'inUse'>> {
  return withOwnDevice(request, async (tx, device) => {
    if (device.state === 'verifying') return done(device.state);
    const state = await startVerification(tx, device, verifyEvent(device.state), request);
    return state ? done(state) : refused('inUse');
  });
}

/** The relay has signed in to the device's verification environment and measured the way there. */
export async function deviceProved(proof: {
  deviceId: string;
  jobId: string;
  roundTripMs: number;
  downloadMbps: number;
  uploadMbps: number;
  at: Date;
}): Promise<Outcome<void, 'notFound' | 'outdated'>> {
  const { deviceId, jobId, at, ...measured } = proof;
  return withVerifyingDevice(deviceId, jobId, async (tx, device) => {
    if (device.provedAt) return done(undefined);
    await tx
      .update(devices)
      .set({ ...measured, provedAt: at })
      .where(eq(devices.id, deviceId));
    const speeds = `${Math.round(measured.downloadMbps)} Mbit/s down, ${Math.round(measured.uploadMbps)} Mbit/s up`;
    await tellDevice(tx, deviceId, 'proved', at, `${speeds}, ${measured.roundTripMs.toFixed(1)} ms`);
    await finishVerification(tx, deviceId, at);
    return done(undefined);
  });
}

/** The relay could not sign in to the device's verification environment. */
export async function deviceProofFailed(failure: {
  deviceId: string;
  jobId: string;
  problem: string;
  at: Date;
}): Promise<Outcome<void, 'notFound' | 'outdated'>> {
  return withVerifyingDevice(failure.deviceId, failure.jobId, async (tx, device) => {
    await failVerification(tx, device, failure.problem, failure.at);
    return done(undefined);
  });
}

/** Sets the owner's switch and tells of it; setting it twice tells once. */
export async function writeListed(tx: Tx, device: { id: string; listed: boolean }, listed: boolean, at: Date) {
  if (device.listed === listed) return;
  await tx.update(devices).set({ listed }).where(eq(devices.id, device.id));
  await tellDevice(tx, device.id, listed ? 'listed' : 'unlisted', at);
}

async function withOwnDevice<Result>(
  { deviceId, ownerId }: { deviceId: string; ownerId: string },
  work: (tx: Tx, device: LockedDevice) => Promise<Result>,
): Promise<Result | { ok: false; reason: 'notFound' }> {
  return db.transaction(async (tx) => {
    const device = await lockDevice(tx, deviceId);
    // A stranger's device and a missing one look the same from outside.
    return device?.ownerId === ownerId ? work(tx, device) : refused('notFound');
  });
}

async function withVerifyingDevice(
  deviceId: string,
  jobId: string,
  work: (tx: Tx, device: LockedDevice) => Promise<Outcome<void, 'outdated'>>,
) {
  return db.transaction(async (tx) => {
    const device = await lockDevice(tx, deviceId);
    if (!device) return refused('notFound');
    const current = device.state === 'verifying' && device.jobId === jobId;
    return current ? work(tx, device) : refused('outdated');
  });
}

async function makeKey(tx: Tx, deviceId: string, at: Date): Promise<string> {
  await revokeKeys(tx, deviceId, at);
  const key = newToken('rpk');
  const expiresAt = new Date(at.getTime() + KEY_HOURS * 3_600_000);
  await tx.insert(registrationKeys).values({ deviceId, keyHash: hashToken(key), createdAt: at, expiresAt });
  await tellDevice(tx, deviceId, 'keyMade', at);
  return key;
}

async function revokeKeys(tx: Tx, deviceId: string, at: Date) {
  const unused = and(eq(registrationKeys.deviceId, deviceId), isNull(registrationKeys.usedAt));
  await tx
    .update(registrationKeys)
    .set({ revokedAt: at })
    .where(and(unused, isNull(registrationKeys.revokedAt)));
}

function isAllowed(rate: bigint): boolean {
  return rate >= rateLimits.least && rate <= rateLimits.most;
}
