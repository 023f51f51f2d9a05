import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createLog } from '../process/log.ts';
import { frontDoor } from './front-door.ts';

/** A front door whose insides answer with who they are; Next also notes the headers that reached it. */
async function serve({ trustedProxies = 0 } = {}) {
  const seen: IncomingHttpHeaders[] = [];
  const settings = { PUBLIC_URL: 'https://broker.example', TRUSTED_PROXIES: trustedProxies };
  const listener = frontDoor(
    { settings, log: createLog('web', 'silent') },
    {
      poll: async () => new Response('poll'),
      webhook: async (_, { params }) => new Response(`webhook of ${(await params).provider}`),
      next: ({ headers }, response) => {
        seen.push(headers);
        response.end('next');
      },
    },
  );
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  return { ask, seen, [Symbol.dispose]: () => void server.close() };
}

const claims = {
  forwarded: 'for=6.6.6.6;host=evil.example',
  'x-client-address': '6.6.6.6',
  'x-forwarded-for': '6.6.6.6',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-port': '666',
  'x-forwarded-proto': 'http',
  'x-middleware-subrequest': 'proxy',
  'x-real-ip': '6.6.6.6',
};

test('what a caller claims about where it comes from is replaced by what we know', async () => {
  using door = await serve();
  await door.ask('/', { headers: { ...claims, 'accept-language': 'sw' } });
  expect(door.seen[0]).toMatchObject({
    'accept-language': 'sw',
    'x-client-address': '127.0.0.1',
    'x-forwarded-host': 'broker.example',
    'x-forwarded-proto': 'https',
  });
  const gone = ['forwarded', 'x-forwarded-for', 'x-forwarded-port', 'x-middleware-subrequest', 'x-real-ip'];
  expect(Object.keys(door.seen[0] ?? {}).filter((name) => gone.includes(name))).toEqual([]);
});

test.each([
  ['__Host-session=ours', '__Host-session=ours'],
  ['a=1; __Host-session=ours; __Host-session=b; __host-session=c', '__Host-session=ours; __Host-session=b'],
  ['__Secure-x=1;__Host-session=ours; session=2', '__Host-session=ours'],
  ['', ''],
])('of the cookies %j only our own come in: %j', async (sent, seen) => {
  using door = await serve();
  await door.ask('/', { headers: { cookie: sent } });
  expect(door.seen[0]?.cookie).toBe(seen);
});

test('behind a proxy of our own, the caller is whom that proxy saw', async () => {
  using door = await serve({ trustedProxies: 1 });
  await door.ask('/', { headers: { 'x-forwarded-for': '6.6.6.6, 1.1.1.1' } });
  expect(door.seen[0]?.['x-client-address']).toBe('1.1.1.1');
});

test.each([
  ['POST', '/api/agent/v1/poll', 'poll'],
  ['POST', '/api/payments/acme-pay/webhook', 'webhook of acme-pay'],
  ['GET', '/api/agent/v1/poll', 'next'],
  ['GET', '/api/payments/acme-pay/webhook', 'next'],
  ['POST', '/api/agent/v1/register', 'next'],
  ['POST', '/', 'next'],
])('only POST to the two doors passes by Next: %s %s', async (method, path, answer) => {
  using door = await serve();
  expect(await (await door.ask(path, { method })).text()).toBe(answer);
});

test.each(['acme/pay', 'acme%2Fpay'])("a provider's name with a slash does not: %j", async (provider) => {
  using door = await serve();
  expect(await (await door.ask(`/api/payments/${provider}/webhook`, { method: 'POST' })).text()).toBe('next');
});

test('whoever answers, the headers that every answer carries are there', async () => {
  using door = await serve();
  const answers = [await door.ask('/'), await door.ask('/api/agent/v1/poll', { method: 'POST' })];
  expect(answers.map(({ headers }) => headers.get('x-content-type-options'))).toEqual(['nosniff', 'nosniff']);
});
