import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What somebody asked of a fake company. */
export type FakeRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
};

/** What it answers: JSON, a page, a redirect, or a connection that breaks. */
export type FakeAnswer =
  | { status: number; json: unknown }
  | { status: number; html: string }
  | { redirectTo: string }
  | 'hangUp';

/** Serves a fake company on loopback, on a port of its own, until it is closed; what it throws is a page with status 500. */
export async function serveFake(answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>) {
  const answered = async (request: FakeRequest) => answer(request);
  const broken = (error: unknown): FakeAnswer => ({ status: 500, html: fakePage(String(error), {}) });
  const server = createServer(async (incoming, response) => {
    send(response, await answered(await read(incoming)).catch(broken));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

async function read(incoming: IncomingMessage): Promise<FakeRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
  const { method = 'GET', headers } = incoming;
  const body = Buffer.concat(await incoming.toArray()).toString();
  return { method, path: pathname, query: searchParams, headers, body };
}

function send(response: ServerResponse, answer: FakeAnswer) {
  if (answer === 'hangUp') response.destroy();
  else if ('redirectTo' in answer) response.writeHead(303, { location: answer.redirectTo }).end();
  else if ('html' in answer) response.writeHead(answer.status, { 'content-type': 'text/html' }).end(answer.html);
  else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.json));
}

/** A company's own page with one button for each thing that a person can do there. */
export function fakePage(title: string, buttons: Record<string, string>, notice = '') {
  const forms = Object.entries(buttons).map(
    ([label, action]) => `<form method="post" action="${action}"><button>${label}</button></form>`,
  );
  const said = notice && `<p role="alert">${notice}</p>`;
  const head = `<title>${title}</title><meta name="viewport" content="width=device-width">`;
  return `<!doctype html><html lang="en">${head}<h1>${title}</h1>${said}${forms.join('')}</html>`;
}

/** Sends a webhook and tells whether it was taken. */
export async function postTo(address: string, webhook: { body: Uint8Array<ArrayBuffer>; headers: Headers }) {
  const response = await fetch(address, { method: 'POST', ...webhook }).catch(() => null);
  return response?.ok ?? false;
}
