import type { IncomingMessage, RequestListener } from 'node:http';
import type { WebSettings } from '../config/web.ts';
import type { Logger } from '../process/log.ts';
import { answering } from './answering.ts';
import { CLIENT_ADDRESS, trueAddress } from './client.ts';
import { answerDirectly, type Door } from './direct.ts';
import { constantHeaders } from './security-headers.ts';
import type { webhookEndpoint } from './webhook.ts';

/** Who answers behind the front door: two endpoints without Next in between, and Next everything else. */
type Inside = { poll: Door; webhook: typeof webhookEndpoint; next: RequestListener };

type Broker = { settings: Pick<WebSettings, 'PUBLIC_URL' | 'TRUSTED_PROXIES'>; log: Logger };

/** Hands every request on to who answers it, with what we know of it in place of what the caller claims. */
export function frontDoor({ settings, log }: Broker, inside: Inside): RequestListener {
  const constant = constantHeaders(settings.PUBLIC_URL);
  const broker = { publicUrl: new URL(settings.PUBLIC_URL), trustedProxies: settings.TRUSTED_PROXIES };
  return (request, response) => {
    stampRequest(request, broker);
    for (const [name, value] of constant) response.setHeader(name, value);
    const door = directDoor(request, inside);
    if (door) void answerDirectly(door, request, response, log);
    else answering(response, () => inside.next(request, response));
  };
}

/** Our own address is the configured one, whatever Host and X-Forwarded-Host say; so Origin is compared with that. */
function stampRequest({ headers, socket }: IncomingMessage, broker: { publicUrl: URL; trustedProxies: number }) {
  const forwardedFor = String(headers['x-forwarded-for'] ?? '');
  const claims = Object.keys(headers).filter((name) => /^(x-forwarded-|x-middleware-|x-real-ip|forwarded$)/.test(name));
  for (const claim of claims) delete headers[claim];

  const peer = socket.remoteAddress ?? '';
  headers[CLIENT_ADDRESS] = trueAddress({ peer, forwardedFor, trustedProxies: broker.trustedProxies });
  headers['x-forwarded-host'] = broker.publicUrl.host;
  headers['x-forwarded-proto'] = broker.publicUrl.protocol.replace(':', '');
  headers.cookie = ownCookies(headers.cookie);
}

/** Our cookies alone: a rented web page may set some for a domain that we share, but none of this prefix (RFC 6265bis). */
function ownCookies(cookies = ''): string {
  return cookies
    .split(/; */)
    .filter((cookie) => cookie.startsWith('__Host-'))
    .join('; ');
}

/** Who answers without Next in between: what waits for long, and what comes in hundreds a second. */
function directDoor({ method, url = '' }: IncomingMessage, { poll, webhook }: Inside): Door | null {
  if (method !== 'POST') return null;
  if (url === '/api/agent/v1/poll') return poll;
  const provider = /^\/api\/payments\/([\w-]+)\/webhook$/.exec(url)?.[1];
  return provider ? (request) => webhook(request, { params: Promise.resolve({ provider }) }) : null;
}
