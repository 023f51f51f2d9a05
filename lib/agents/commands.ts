import { and, asc, eq, gt, gte, ne, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import { deviceEvents, devices, registrationKeys } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import type { DeviceState } from '#lib/devices/lifecycle';
import { failVerification, type LockedDevice, lockDevice, startVerification, tellDevice } from '#lib/devices/moves';
import { isOnline } from '#lib/devices/story';
import { done, type Outcome, refused } from '#lib/outcome';
import type { AgentReport, RegisterAnswer, RegisterRequest } from '#lib/protocol/agent';
import { silentSince } from '#lib/relays/heartbeat';
import { hashToken, newToken, type Sealer } from '#lib/secrets';
import { readPublicKey } from '#lib/ssh-keys/public-keys';
import { recordEnvironment } from './environments.ts';
import { type RegisterRefusal, registerRefusals } from './refusals.ts';
import { recordVerification, recordWipe } from './verifications.ts';

type Registration = { registration: RegisterRequest; sealer: Sealer; at: Date };
type Key = typeof registrationKeys.$inferSelect;
type Claimed = { key: Key; device: LockedDevice; ownerSuspended: boolean };

/**
 * Makes a machine a device: the owner's key is used up, and what the agent signs in with from now on is answered.
 * The same machine may ask again until its first poll, because an answer can be lost on its way.
 */
export async function registerAgent(request: Registration): Promise<Outcome<RegisterAnswer, RegisterRefusal>> {
  const { registration, at } = request;
  const tunnelKey = readPublicKey(registration.tunnelPublicKey);
  if (!tunnelKey.ok) return refused('notATunnelKey');
  const { fingerprint } = tunnelKey.value;
  return db.transaction(async (tx) => {
    const found = await lockDeviceOfKey(tx, registration.key);
    if (!found) return refused('unknownKey');
    const outcome = await enrol(tx, found, { ...request, fingerprint });
    if (!outcome.ok) await tellRefusal(tx, found, outcome.reason, at);
    return outcome;
  });
}

/** Notes on a device that an agent called with its key which is too old to be understood; `body` is what it sent. */
export async function noteTooOld(body: unknown, at: Date): Promise<void> {
  const { key } = Object(body) as { key?: unknown };
  if (typeof key !== 'string') return;
  await db.transaction(async (tx) => {
    const found = await lockDeviceOfKey(tx, key);
    if (found) await tellRefusal(tx, found, 'agentTooOld', at);
  });
}

/** Takes in what an agent says of itself. What it says of an order that is no longer current changes nothing. */
export async function recordReport({
  deviceId,
  report,
  at,
}: {
  deviceId: string;
  report: AgentReport;
  at: Date;
}): Promise<void> {
  const before = await notePoll(deviceId, report, at);
  // Thousands of devices have nothing to tell: they cost one statement.
  if (!before || (isOnline(before, at) && !isBusy(before.state))) return;

  await db.transaction(async (tx) => {
    const device = await lockDevice(tx, deviceId);
    if (!device) return;
    if (!isOnline(before, at)) await tellDevice(tx, deviceId, 'agentSeen', at);
    await recordEnvironment(tx, device, report.environment, at);
    await recordVerification(tx, device, report, at);
    if (report.wipe) await recordWipe(tx, device, report.wipe, at);
  });
}

/** Keeps what every poll tells; answers how the device was before it, and null for one that is retired. */
async function notePoll(deviceId: string, { program, tunnelProblem, metrics }: AgentReport, at: Date) {
  const lastPollAt = sql<Date | null>`old.last_poll_at`.mapWith(devices.lastPollAt);
  const [before] = await db
    .update(devices)
    .set({ lastPollAt: at, program, tunnelProblem, ...(metrics && { metrics }) })
    .where(and(eq(devices.id, deviceId), ne(devices.state, 'retired')))
    .returning({ state: devices.state, lastPollAt });
  return before ?? null;
}

/** Whether a device in this state was ordered to do something that it may have news of. */
function isBusy(state: DeviceState): boolean {
  return state === 'verifying' || state === 'rented' || state === 'wiping';
}

/** The device first, because that is the order in which everybody locks. */
async function lockDeviceOfKey(tx: Tx, token: string): Promise<Claimed | null> {
  const byHash = eq(registrationKeys.keyHash, hashToken(token));
  const [known] = await tx.select().from(registrationKeys).where(byHash);
  const device = known && (await lockDevice(tx, known.deviceId));
  const [key] = await tx.select().from(registrationKeys).where(byHash);
  if (!key || !device) return null;
  const [owner] = await tx.select({ suspendedAt: users.suspendedAt }).from(users).where(eq(users.id, device.ownerId));
  return { key, device, ownerSuspended: owner?.suspendedAt !== null };
}

function problemOf({ key, device, ownerSuspended }: Claimed, fingerprint: string, at: Date): RegisterRefusal | null {
  if (ownerSuspended) return 'suspended';
  if (device.state === 'retired') return 'retired';
  if (key.revokedAt) return 'revokedKey';
  if (key.usedAt) return key.usedBy === fingerprint && device.lastPollAt === null ? null : 'usedKey';
  return key.expiresAt <= at ? 'expiredKey' : null;
}

/** Takes a tunnel key over from a retired device, as when a machine starts anew; false when another device has it. */
async function claimTunnelKey(tx: Tx, fingerprint: string, deviceId: string): Promise<boolean> {
  // Of two who claim a key at the same moment the second waits, and then sees that it is taken.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${fingerprint}, 0))`);
  const elsewhere = and(eq(devices.tunnelFingerprint, fingerprint), ne(devices.id, deviceId));
  await tx
    .update(devices)
    .set({ tunnelFingerprint: null })
    .where(and(elsewhere, eq(devices.state, 'retired')));
  const [other] = await tx.select({ id: devices.id }).from(devices).where(elsewhere);
  return other === undefined;
}

/** Of the relays that are alive the one with the most room, one rental for each of its devices. */
async function findRelay(tx: Tx, at: Date): Promise<string | null> {
  const room = sql`(select count(*) from devices where relay_id = relays.id and state <> 'retired')
    - (last_port - first_port)`;
  const [relay] = await tx
    .select({ id: relays.id })
    .from(relays)
    .where(gt(relays.seenAt, silentSince(at)))
    .orderBy(asc(room), asc(relays.id))
    .limit(1);
  return relay?.id ?? null;
}

async function enrol(
  tx: Tx,
  found: Claimed,
  request: Registration & { fingerprint: string },
): Promise<Outcome<RegisterAnswer, RegisterRefusal>> {
  const { key, device } = found;
  const { registration, fingerprint, at } = request;
  const problem = problemOf(found, fingerprint, at);
  if (problem) return refused(problem);
  if (!(await claimTunnelKey(tx, fingerprint, device.id))) return refused('tunnelKeyTaken');
  const relayId = await findRelay(tx, at);
  if (!relayId) return refused('noRelay');

  if (!key.usedAt && !(await spendKey(tx, key, device, request))) return refused('inUse');
  const { program, architecture, tunnelPublicKey } = registration;
  const deviceToken = newToken('rpd');
  const identity = { tokenHash: hashToken(deviceToken), tunnelPublicKey, tunnelFingerprint: fingerprint };
  await tx
    .update(devices)
    .set({ ...identity, program, architecture, relayId, lastPollAt: null })
    .where(eq(devices.id, device.id));
  return done({ deviceId: device.id, deviceToken });
}

/** Tells the owner what the agent with a key of theirs was told; it asks again and again, so once for each reason. */
async function tellRefusal(tx: Tx, { key, device }: Claimed, reason: RegisterRefusal, at: Date) {
  const detail = registerRefusals[reason];
  const told = and(eq(deviceEvents.kind, 'agentRefused'), eq(deviceEvents.detail, detail));
  const ofKey = and(eq(deviceEvents.deviceId, device.id), gte(deviceEvents.at, key.createdAt));
  if ((await tx.$count(deviceEvents, and(ofKey, told))) > 0) return;
  await tellDevice(tx, device.id, 'agentRefused', at, detail);
}

async function spendKey(
  tx: Tx,
  key: Key,
  device: LockedDevice,
  { fingerprint, at, sealer }: { fingerprint: string; at: Date; sealer: Sealer },
): Promise<boolean> {
  // The running verification was another machine's.
  if (device.state === 'verifying') {
    await failVerification(tx, device, 'The agent was started anew with another key.', at);
    device.state = 'rejected';
  }
  const event = device.state === 'awaitingAgent' ? 'registered' : 'keyReplaced';
  if (!(await startVerification(tx, device, event, { at, sealer }))) return false;
  await tx.update(registrationKeys).set({ usedAt: at, usedBy: fingerprint }).where(eq(registrationKeys.id, key.id));
  return true;
}
