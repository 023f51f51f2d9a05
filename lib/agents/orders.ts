import { createHash } from 'node:crypto';
import { loopbackAddress } from '../devices/address.ts';
import type { DeviceState } from '../devices/lifecycle.ts';
import type { AgentOrder, EnvironmentSpec, ImageSpec, Task } from '../protocol/agent.ts';
import type { RentalState } from '../rentals/lifecycle.ts';

/** A device as far as its orders depend on it; `verifyPassword` is opened, and null outside of a verification. */
export type OrderedDevice = {
  number: number;
  state: DeviceState;
  jobId: string | null;
  nextName: string | null;
  diskGigabytes: number;
  verifyPassword: string | null;
};

/** The open rental of a device, with its password opened. */
export type OrderedRental = {
  id: string;
  state: RentalState;
  name: string;
  password: string;
  authorizedKeys: string[];
};

/** The relay of a device, as devices dial it. */
export type OrderedRelay = { deviceHost: string; sshPort: number; sshUser: string; hostKey: string };

/** What a device should be doing, from what the broker knows; equal knowledge gives an equal version. */
export function orderFor(facts: {
  device: OrderedDevice;
  rental: OrderedRental | null;
  relay: OrderedRelay;
  image: ImageSpec;
}): AgentOrder {
  const { device, rental, relay, image } = facts;
  const order = {
    tunnel: {
      host: relay.deviceHost,
      port: relay.sshPort,
      user: relay.sshUser,
      hostKey: relay.hostKey,
      address: loopbackAddress(device.number),
    },
    diskGigabytes: device.diskGigabytes,
    image,
    task: taskFor(device, rental),
  };
  return { version: createHash('sha256').update(JSON.stringify(order)).digest('hex'), ...order };
}

function taskFor(device: OrderedDevice, rental: OrderedRental | null): Task {
  const { state, jobId, nextName, verifyPassword } = device;
  if (state === 'verifying' && jobId && verifyPassword) {
    return { kind: 'verify', environment: verification(jobId, verifyPassword) };
  }
  if (state === 'wiping' && jobId) return { kind: 'wipe', wipeId: jobId };
  if (state === 'rented' && rental) {
    const { id, name, password, authorizedKeys } = rental;
    const paused = rental.state === 'suspended';
    return { kind: 'serve', environment: { id, name, password, authorizedKeys }, paused };
  }
  return { kind: 'idle', next: state === 'ready' ? nextName : null };
}

function verification(jobId: string, password: string): EnvironmentSpec {
  return { id: jobId, name: `verify-${jobId.slice(0, 8)}`, password, authorizedKeys: [] };
}
