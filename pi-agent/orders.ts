import type { AgentOrder, TunnelSpec } from '#lib/protocol/agent';
import { type Cell, createCell } from './cell.ts';
import type { State } from './state.ts';

/** What the broker wants: the last order, and from it where the tunnel leads. */
export type Orders = {
  last: Cell<AgentOrder | null>;
  tunnel: Cell<TunnelSpec | null>;
  take: (order: AgentOrder) => Promise<void>;
};

/** No order yet, but the tunnel of the last one: after a restart it is back even while the broker is away. */
export function createOrders(state: State): Orders {
  const last = createCell<AgentOrder | null>(null);
  const tunnel = createCell<TunnelSpec | null>(state.read('tunnel'));
  return {
    last,
    tunnel,
    take: async (order) => {
      const before = tunnel.read();
      tunnel.write(order.tunnel);
      if (tunnel.read() !== before) await state.write('tunnel', order.tunnel);
      last.write(order);
    },
  };
}
