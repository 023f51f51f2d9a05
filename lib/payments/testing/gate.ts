import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Which call is held: before the provider hears of it, or after it did it and before anybody hears the answer. */
export type Held = { call: string; moment: 'unasked' | 'unheard' };

/** Stands between a process and a fake provider and passes everything on, but for the call that is held for good. */
export async function openGate(target: string) {
  const mind: { held: Held | null; reached: () => void } = { held: null, reached: () => {} };
  const server = createServer(async (incoming, response) => {
    const isHeld = `${incoming.method} ${incoming.url}`.startsWith(mind.held?.call ?? 'nothing');
    if (isHeld && mind.held?.moment === 'unasked') return mind.reached();
    const { status, body, type } = await passOn(target, incoming);
    if (isHeld) return mind.reached();
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Holds the first such call from now on; resolves when it has come so far. */
    hold: (held: Held) =>
      new Promise<void>((reached) => {
        Object.assign(mind, { held, reached });
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function passOn(target: string, incoming: IncomingMessage) {
  const { method = 'GET', url = '/' } = incoming;
  const ofConnection = ['host', 'connection', 'content-length', 'transfer-encoding'];
  const headers = Object.entries(incoming.headers).filter(([name]) => !ofConnection.includes(name)) as [
    string,
    string,
  ][];
  const body = method === 'GET' ? null : Buffer.concat(await incoming.toArray());
  const answer = await fetch(target + url, { method, headers, body, redirect: 'manual' });
  const type = answer.headers.get('content-type') ?? 'text/plain';
  return { status: answer.status, type, body: Buffer.from(await answer.arrayBuffer()) };
}
