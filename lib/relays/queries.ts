import { and, eq, gte, inArray, isNotNull, notInArray, or, sql } from 'drizzle-orm';
import { openChanges } from '#db/changes';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { devices } from '#db/schema/devices';
import { proofIntervals, rentals } from '#db/schema/rentals';
import { loopbackAddress } from '#lib/devices/address';

/** A device that may hold a tunnel: the key it proves itself with, and the one address it may listen on. */
export type TunnelDevice = { deviceId: string; address: string; fingerprint: string; publicKey: string };

const tunnelFacts = {
  deviceId: devices.id,
  number: devices.number,
  fingerprint: devices.tunnelFingerprint,
  publicKey: devices.tunnelPublicKey,
};

/** The devices that may hold a tunnel to this relay. */
export async function listTunnelDevices(relayId: string): Promise<TunnelDevice[]> {
  const rows = await db.select(tunnelFacts).from(devices).where(mayTunnel(relayId));
  return rows.flatMap(toTunnelDevice);
}

/** The device that proves itself with the key of this fingerprint, or null when no device of this relay does. */
export async function findTunnelDevice(relayId: string, fingerprint: string): Promise<TunnelDevice | null> {
  const rows = await db
    .select(tunnelFacts)
    .from(devices)
    .where(and(mayTunnel(relayId), eq(devices.tunnelFingerprint, fingerprint)));
  return rows.flatMap(toTunnelDevice)[0] ?? null;
}

/** A suspended person's devices are locked out with their owner. */
function mayTunnel(relayId: string) {
  const suspended = db.select({ id: users.id }).from(users).where(isNotNull(users.suspendedAt));
  return and(
    eq(devices.relayId, relayId),
    notInArray(devices.state, ['awaitingAgent', 'retired']),
    notInArray(devices.ownerId, suspended),
  );
}

type TunnelRow = { deviceId: string; number: number; fingerprint: string | null; publicKey: string | null };

function toTunnelDevice({ deviceId, number, fingerprint, publicKey }: TunnelRow): TunnelDevice[] {
  if (!fingerprint || !publicKey) return [];
  return [{ deviceId, address: loopbackAddress(number), fingerprint, publicKey }];
}

/** A rental that is to be reached: its name and port, and the loopback address and host key behind them. */
export type RentalRoute = {
  rentalId: string;
  state: 'preparing' | 'active';
  name: string;
  port: number;
  address: string;
  hostKey: string;
  tlsPassthrough: boolean;
};

/** The rentals of this relay that are to be reached: environment ready, not paused, not ended. */
export async function listRentalRoutes(relayId: string): Promise<RentalRoute[]> {
  const rows = await db
    .select({
      rentalId: rentals.id,
      state: rentals.state,
      name: rentals.name,
      port: rentals.port,
      number: devices.number,
      hostKey: rentals.hostKey,
      tlsPassthrough: rentals.tlsPassthrough,
    })
    .from(rentals)
    .innerJoin(devices, eq(devices.id, rentals.deviceId))
    .where(
      and(
        eq(rentals.relayId, relayId),
        or(eq(rentals.state, 'active'), and(eq(rentals.state, 'preparing'), isNotNull(rentals.environmentReadyAt))),
      ),
    );
  return rows.flatMap(({ number, hostKey, state, ...route }) =>
    hostKey ? [{ ...route, hostKey, state: state as RentalRoute['state'], address: loopbackAddress(number) }] : [],
  );
}

/** A verification whose environment waits for the relay to sign in. */
export type Verification = { deviceId: string; jobId: string; address: string; hostKey: string };

/** The verifications of this relay's devices whose environment is ready and that the relay has yet to reach. */
export async function listVerifications(relayId: string): Promise<Verification[]> {
  const rows = await db
    .select({ deviceId: devices.id, jobId: devices.jobId, number: devices.number, hostKey: devices.verifyHostKey })
    .from(devices)
    .where(and(eq(devices.relayId, relayId), eq(devices.state, 'verifying'), sql`${devices.provedAt} is null`));
  return rows.flatMap(({ deviceId, jobId, number, hostKey }) =>
    jobId && hostKey ? [{ deviceId, jobId, hostKey, address: loopbackAddress(number) }] : [],
  );
}

/** A stretch of time for which a rental was proven to be reachable, as the database has it. */
export type StoredProof = { rentalId: string; from: Date; to: Date; proofs: number; handshakeAt: Date | null };

/** The newest proven stretch of each of these rentals since it became active: a pause ends what was before it. */
export async function listLastProofs(rentalIds: string[]): Promise<StoredProof[]> {
  if (rentalIds.length === 0) return [];
  const { rentalId, fromAt, toAt, proofs, handshakeAt } = proofIntervals;
  return db
    .selectDistinctOn([rentalId], { rentalId, from: fromAt, to: toAt, proofs, handshakeAt })
    .from(proofIntervals)
    .innerJoin(rentals, and(eq(rentals.id, rentalId), gte(toAt, rentals.stateSince)))
    .where(inArray(rentalId, rentalIds))
    .orderBy(rentalId, sql`${fromAt} desc`);
}

/** Calls `listener` whenever a device or a rental may have changed; answers how to stop that. */
export function watchRelay(listener: () => void): () => Promise<void> {
  const changes = openChanges();
  for (const channel of ['device', 'rental'] as const) changes.subscribe(channel, '*', listener);
  return () => changes.close();
}
