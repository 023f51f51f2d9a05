import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '#lib/process/log';
import { every } from '#lib/process/loop';
import { farewell } from '#lib/process/shutdown';
import { createBroker } from './broker.ts';
import { openControlGroups } from './cgroups.ts';
import { agentConfig } from './config.ts';
import { ensureDns } from './dns.ts';
import { connectEnvironments } from './docker.ts';
import { createFacts } from './facts.ts';
import { applyFirewall, openBridge } from './firewall.ts';
import { createOrders } from './orders.ts';
import { keepPolling } from './poll.ts';
import { keepReconciling, restore } from './reconcile.ts';
import { endEverything } from './shutdown.ts';
import { openState } from './state.ts';
import { keepTunnel } from './tunnel.ts';

const config = agentConfig.parse(process.env);
const log = createLog('agent', config.LOG_LEVEL);
const state = openState(config.STATE_DIR);
const broker = createBroker(config.BROKER_URL);
const environments = connectEnvironments(join(import.meta.dirname, 'seccomp.json'));

await openControlGroups();
await openBridge();
await applyFirewall();
await ensureDns(config.DNS_UPSTREAM);

const orders = createOrders(state);
const facts = createFacts({ verification: state.read('verification'), wipe: state.read('wipe') });
const ending = new AbortController();
const { signal } = ending;
const onError = (error: unknown) => log.error({ err: error }, 'upkeep failed');
const tunnel = { keyFile: state.tunnelKeyFile, brokerUrl: config.BROKER_URL };
const reconciling = { orders: orders.last, facts, parts: { state, broker, environments }, log };

const tunnelKept = keepTunnel({ specs: orders.tunnel, ...tunnel, facts, log }, signal);
await restore(reconciling, signal);

const loops = [
  keepPolling({ ownerKey: config.RPIBROKER_KEY, broker, state, orders, facts, log }, signal),
  keepReconciling(reconciling, signal),
  tunnelKept,
  // Another program may flush what is not its own; both are put back within seconds.
  every(10, applyFirewall, { signal, onError }),
  every(10, () => ensureDns(config.DNS_UPSTREAM), { signal, onError }),
];

const wish = await farewell();
ending.abort();
// A handed-over agent may leave at any moment: whoever comes next finds all as it is.
if (wish === 'stop') {
  await Promise.race([Promise.allSettled(loops), sleep(3000)]);
  await endEverything(environments);
}
process.exit(0);
