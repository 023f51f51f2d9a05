import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { POST as poll } from '../app/api/agent/v1/poll/route.ts';
import { POST as webhook } from '../app/api/payments/[provider]/webhook/route.ts';
import { type WebSettings, webConfig } from '../lib/config/web.ts';
import { beginDrain } from '../lib/process/drain.ts';
import { createLog } from '../lib/process/log.ts';
import { farewell } from '../lib/process/shutdown.ts';
import { frontDoor } from '../lib/web/front-door.ts';

// The web program: Next behind a plain HTTP server of ours, which knows who is calling and how to end well.

// Left alone, the heap grows to four times of what is in use before anything is collected.
setFlagsFromString('--heap-growing-percent=50');
const settings = webConfig();
const log = createLog('web');
const askedToStop = farewell();

// Thousands of long polls stay open at once: only slow senders are cut off, never a request that waits for its answer.
const server = createServer({ keepAliveTimeout: 75_000, headersTimeout: 20_000, requestTimeout: 60_000 });
const app = await prepareNext(settings);
server.on('request', frontDoor({ settings, log }, { poll, webhook, next: app.getRequestHandler() }));
server.listen({ port: settings.PORT, host: settings.LISTEN_ADDRESS, backlog: 4096 });
await once(server, 'listening');
log.info({ address: server.address() }, 'web is up');

log.info({ farewell: await askedToStop }, 'web is ending');
beginDrain();
server.close();
await Promise.race([once(server, 'close'), sleep(10_000)]);
server.closeAllConnections();
await app.close();
log.info('web has ended');
process.exit();

async function prepareNext({ NODE_ENV, PORT, LISTEN_ADDRESS }: WebSettings) {
  const { default: next } = await import('next');
  const hostname = LISTEN_ADDRESS ?? 'localhost';
  const prepared = next({ dev: NODE_ENV === 'development', hostname, port: PORT, httpServer: server });
  await prepared.prepare();
  return prepared;
}
