import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { POST as answerPoll } from '../app/api/agent/v1/poll/route.ts';
import { POST as answerWebhook } from '../app/api/payments/[provider]/webhook/route.ts';
import { type WebSettings, webConfig } from '../lib/config/web.ts';
import { beginDrain } from '../lib/process/drain.ts';
import { createLog } from '../lib/process/log.ts';
import { farewell } from '../lib/process/shutdown.ts';
import { CLIENT_ADDRESS, trueAddress } from '../lib/web/client.ts';
import { answerDirectly, type Door } from '../lib/web/direct.ts';
import { constantHeaders } from '../lib/web/security-headers.ts';

// The web program: Next behind a plain HTTP server of ours, which knows who is calling and how to end well.

// Left alone, the heap grows to four times of what is in use before anything is collected.
setFlagsFromString('--heap-growing-percent=50');
const settings = webConfig();
const log = createLog('web');
const askedToStop = farewell();

// Thousands of long polls stay open at once: only slow senders are cut off, never a request that waits for its answer.
const server = createServer({ keepAliveTimeout: 75_000, headersTimeout: 20_000, requestTimeout: 60_000 });
const app = await prepareNext(settings);
server.on('request', receive(settings, app.getRequestHandler()));
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

/** Hands a request on to Next, with what we know of it in place of what the caller claims. */
function receive({ PUBLIC_URL, TRUSTED_PROXIES }: WebSettings, handle: RequestListener): RequestListener {
  const constant = constantHeaders(PUBLIC_URL);
  return (request, response) => {
    stampRequest(request, { publicUrl: new URL(PUBLIC_URL), trustedProxies: TRUSTED_PROXIES });
    for (const [name, value] of constant) response.setHeader(name, value);
    const door = directDoor(request);
    if (door) void answerDirectly(door, request, response, log);
    else handle(request, response);
  };
}

/** Who answers without Next in between: what waits for long, and what comes in hundreds a second. */
function directDoor({ method, url = '' }: IncomingMessage): Door | null {
  if (method !== 'POST') return null;
  if (url === '/api/agent/v1/poll') return answerPoll;
  const provider = /^\/api\/payments\/([\w-]+)\/webhook$/.exec(url)?.[1];
  return provider ? (request) => answerWebhook(request, { params: Promise.resolve({ provider }) }) : null;
}

/** Our own address is the configured one, whatever Host and X-Forwarded-Host say; so Origin is compared with that. */
function stampRequest(request: IncomingMessage, broker: { publicUrl: URL; trustedProxies: number }) {
  const { headers, socket } = request;
  const forwardedFor = String(headers['x-forwarded-for'] ?? '');
  const claims = Object.keys(headers).filter((name) => /^(x-forwarded-|x-middleware-|x-real-ip|forwarded$)/.test(name));
  for (const claim of claims) delete headers[claim];

  const peer = socket.remoteAddress ?? '';
  headers[CLIENT_ADDRESS] = trueAddress({ peer, forwardedFor, trustedProxies: broker.trustedProxies });
  headers['x-forwarded-host'] = broker.publicUrl.host;
  headers['x-forwarded-proto'] = broker.publicUrl.protocol.replace(':', '');
}
