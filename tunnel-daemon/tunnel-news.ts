import type { Clock } from '../lib/process/clock.ts';
import { recordTunnels } from '../lib/relays/commands.ts';

/** How often the database is told that tunnels are still up. */
const REPEAT_MS = 10_000;

/** Tells the database which devices can be reached: at once when that changes, else now and then. */
export type TunnelNews = { tell(up: ReadonlySet<string>): Promise<'told' | 'nothing new'> };

/** News of the relay that `relay` names; there is nothing to tell before it has a name. */
export function createTunnelNews(relay: { id: string | null }, clock: Clock): TunnelNews {
  const told = { up: '', at: Number.NEGATIVE_INFINITY };
  return {
    async tell(up) {
      const devices = [...up].sort();
      const fresh = devices.join() !== told.up || performance.now() - told.at > REPEAT_MS;
      if (!fresh || relay.id === null) return 'nothing new';
      await recordTunnels({ relayId: relay.id, up: devices, at: clock.now() });
      Object.assign(told, { up: devices.join(), at: performance.now() });
      return 'told';
    },
  };
}
