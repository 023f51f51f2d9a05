import { and, eq, inArray } from 'drizzle-orm';
import { changes } from '#db/changes';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { devices } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { rentals } from '#db/schema/rentals';
import type { DeviceState } from '#lib/devices/lifecycle';
import { done, type Outcome, refused } from '#lib/outcome';
import type { AgentOrder, ImageSpec } from '#lib/protocol/agent';
import { openRentalStates } from '#lib/rentals/lifecycle';
import { hashToken, type Sealer, secretOf } from '#lib/secrets';
import { type OrderedRental, orderFor } from './orders.ts';

/** What is needed to write orders: the keys of sealed secrets, and the environment's image for an architecture. */
export type OrderParts = { sealer: Sealer; imageFor: (architecture: 'arm64' | 'amd64') => ImageSpec | null };

/** Why a device that proved who it is gets nothing to do. */
type Shut = 'retired' | 'suspended';

/** Whose token this is; a token that was replaced is as unknown as one that never was. */
export async function authenticateAgent(token: string): Promise<Outcome<string, 'unknownToken' | Shut>> {
  const { id, state } = devices;
  const { suspendedAt } = users;
  const [device] = await db
    .select({ id, state, suspendedAt })
    .from(devices)
    .innerJoin(users, eq(users.id, devices.ownerId))
    .where(eq(devices.tokenHash, hashToken(token)));
  if (!device) return refused('unknownToken');
  const shut = shutReason(device);
  return shut ? refused(shut) : done(device.id);
}

/** A suspended person's device may still wipe what a renter has left on it. */
function shutReason({ state, suspendedAt }: { state: DeviceState; suspendedAt: Date | null }): Shut | null {
  if (state === 'retired') return 'retired';
  return suspendedAt && state !== 'rented' && state !== 'wiping' ? 'suspended' : null;
}

/** What a device should be doing now. */
export async function getOrder(
  deviceId: string,
  { sealer, imageFor }: OrderParts,
): Promise<Outcome<AgentOrder, Shut | 'noImage'>> {
  const open = and(eq(rentals.deviceId, devices.id), inArray(rentals.state, [...openRentalStates]));
  const { id, state, name, password, authorizedKeys } = rentals;
  const [found] = await db
    .select({
      device: {
        number: devices.number,
        state: devices.state,
        suspendedAt: users.suspendedAt,
        jobId: devices.jobId,
        nextName: devices.nextName,
        diskGigabytes: devices.diskGigabytes,
        architecture: devices.architecture,
        verifyPassword: devices.verifyPassword,
      },
      relay: {
        deviceHost: relays.deviceHost,
        sshPort: relays.sshPort,
        sshUser: relays.sshUser,
        hostKey: relays.hostKey,
      },
      rental: { id, state, name, password, authorizedKeys },
    })
    .from(devices)
    .innerJoin(users, eq(users.id, devices.ownerId))
    .innerJoin(relays, eq(relays.id, devices.relayId))
    .leftJoin(rentals, open)
    .where(eq(devices.id, deviceId));
  if (!found) return refused('retired');

  const { device, relay, rental } = found;
  const shut = shutReason(device);
  if (shut) return refused(shut);
  const image = device.architecture && imageFor(device.architecture);
  if (!image) return refused('noImage');
  const verifyPassword = device.verifyPassword && sealer.open(device.verifyPassword, secretOf.verification(deviceId));
  return done(
    orderFor({ device: { ...device, verifyPassword }, rental: rental && opened(rental, sealer), relay, image }),
  );
}

/** The device's order as soon as it is another than the one it has seen; else the same when the wait is over. */
export async function awaitOrder(
  wait: { deviceId: string; orderSeen: string | null; milliseconds: number; signal: AbortSignal },
  parts: OrderParts,
): Promise<ReturnType<typeof getOrder>> {
  const { deviceId, orderSeen, milliseconds, signal } = wait;
  const over = performance.now() + milliseconds;
  for (;;) {
    // Before the look at the order, so that no change falls between the two.
    const change = expectChange(deviceId);
    try {
      const order = await getOrder(deviceId, parts);
      const left = over - performance.now();
      if (!order.ok || order.value.version !== orderSeen || left <= 0) return order;
      // Nothing was told: the agent's next poll, which follows at once, looks again.
      if (!(await change.within(left, signal))) return order;
    } finally {
      change.forget();
    }
  }
}

/** Waits for news of a device with little more than a promise and a timer, as thousands do at once. */
function expectChange(deviceId: string) {
  const { promise: told, resolve } = Promise.withResolvers<boolean>();
  const forget = changes().subscribe('device', deviceId, () => resolve(true));
  return {
    forget,
    /** Whether the device was told of before so many milliseconds were over and before `signal` aborted. */
    async within(milliseconds: number, signal: AbortSignal): Promise<boolean> {
      const giveUp = () => resolve(false);
      const timer = setTimeout(giveUp, milliseconds);
      signal.addEventListener('abort', giveUp);
      if (signal.aborted) giveUp();
      const answer = await told;
      signal.removeEventListener('abort', giveUp);
      clearTimeout(timer);
      return answer;
    },
  };
}

function opened(rental: OrderedRental, sealer: Sealer): OrderedRental {
  return { ...rental, password: sealer.open(rental.password, secretOf.rental(rental.id)) };
}
