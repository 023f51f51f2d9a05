import type { TunnelDevice } from '../lib/relays/queries.ts';

/** The devices that may hold a tunnel, as the database had them last; key look-ups live on it while it is away. */
export type Roster = {
  /** The truth has been read: whoever is not in `devices` may no longer hold a tunnel. */
  replace(devices: TunnelDevice[]): void;
  /** The device with this key, or null when it may not come in. The database is asked first. */
  find(fingerprint: string): Promise<TunnelDevice | null>;
  /** Whether the truth has been read at all. */
  isRead(): boolean;
  isAllowed(fingerprint: string): boolean;
  at(address: string): TunnelDevice | undefined;
};

/** A roster whose unknown and changed keys are looked up with `ask`. */
export function createRoster(ask: (fingerprint: string) => Promise<TunnelDevice | null>): Roster {
  const byFingerprint = new Map<string, TunnelDevice>();
  const byAddress = new Map<string, TunnelDevice>();
  const history = { read: false };
  const admit = (device: TunnelDevice) => {
    byFingerprint.set(device.fingerprint, device);
    byAddress.set(device.address, device);
  };

  return {
    replace(devices) {
      byFingerprint.clear();
      byAddress.clear();
      for (const device of devices) admit(device);
      history.read = true;
    },
    async find(fingerprint) {
      const remembered = byFingerprint.get(fingerprint);
      const device = await ask(fingerprint).catch((error: unknown) => {
        if (remembered) return remembered;
        throw error;
      });
      if (device) admit(device);
      else byFingerprint.delete(fingerprint);
      return device;
    },
    isRead: () => history.read,
    isAllowed: (fingerprint) => byFingerprint.has(fingerprint),
    at: (address) => byAddress.get(address),
  };
}
