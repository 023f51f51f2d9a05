import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '#lib/process/log';
import { every } from '#lib/process/loop';
import { farewell } from '#lib/process/shutdown';
import type { AgentOrder, TunnelSpec } from '#lib/protocol/agent';
import { createBroker } from './broker.ts';
import { createCell } from './cell.ts';
import { openControlGroups } from './cgroups.ts';
import { agentConfig } from './config.ts';
import { unmountDisk } from './disk.ts';
import { ensureDns } from './dns.ts';
import { connectEnvironments } from './docker.ts';
import { stopEngine } from './engine.ts';
import { createFacts } from './facts.ts';
import { applyFirewall, openBridge } from './firewall.ts';
import { keepPolling } from './poll.ts';
import { end } from './programs.ts';
import { keepReconciling } from './reconcile.ts';
import { openState } from './state.ts';
import { closeTunnel, keepTunnel } from './tunnel.ts';

const config = agentConfig.parse(process.env);
const log = createLog('agent', config.LOG_LEVEL);
const state = openState(config.STATE_DIR);
const broker = createBroker(config.BROKER_URL);
const environments = connectEnvironments(join(import.meta.dirname, 'seccomp.json'));

await openControlGroups();
await openBridge();
await applyFirewall();
await ensureDns(config.DNS_UPSTREAM);

const orders = createCell<AgentOrder | null>(null);
const specs = createCell<TunnelSpec | null>(state.read('tunnel'));
const facts = createFacts({ verification: state.read('verification'), wipe: state.read('wipe') });
const ending = new AbortController();
const { signal } = ending;
const onError = (error: unknown) => log.error({ err: error }, 'upkeep failed');

const loops = [
  keepPolling({ ownerKey: config.RPIBROKER_KEY, broker, state, orders, facts, take, log }, signal),
  keepReconciling({ orders, facts, parts: { state, broker, environments }, log }, signal),
  keepTunnel({ specs, keyFile: state.tunnelKeyFile, brokerUrl: config.BROKER_URL, facts, log }, signal),
  // Another program may flush what is not its own; both are put back within seconds.
  every(10, applyFirewall, { signal, onError }),
  every(10, () => ensureDns(config.DNS_UPSTREAM), { signal, onError }),
];

const wish = await farewell();
ending.abort();
// A handed-over agent may leave at any moment: whoever comes next finds all as it is.
if (wish === 'stop') {
  await Promise.race([Promise.allSettled(loops), sleep(3000)]);
  await closeTunnel();
  await environments.resume();
  await environments.stop().catch(onError);
  await stopEngine();
  await unmountDisk();
  await end('dns');
}
process.exit(0);

async function take(order: AgentOrder): Promise<void> {
  // Kept, so that after a restart the tunnel is back even while the broker is away.
  if (JSON.stringify(order.tunnel) !== JSON.stringify(specs.read())) await state.write('tunnel', order.tunnel);
  specs.write(order.tunnel);
  orders.write(order);
}
