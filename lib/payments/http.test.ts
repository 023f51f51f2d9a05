import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ask } from './http.ts';

/** Asks a server that answers like this. */
async function askOne(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await ask('bank', `http://127.0.0.1:${port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a connection that never came about means nothing was sent', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await expect(ask('bank', `http://127.0.0.1:${port}/`)).rejects.toMatchObject({ failure: 'notDone' });
});

test.each<[string, RequestListener]>([
  ['is cut off before it began', ({ socket }) => socket.destroy()],
  [
    'is cut off in the middle',
    (_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"paid":', () => response.destroy());
    },
  ],
  ['is not JSON', (_, response) => response.end('<html>')],
])('what was asked may have been carried out when the answer %s', async (_, answer) => {
  await expect(askOne(answer)).rejects.toMatchObject({ failure: 'unknown' });
});

test.each([
  [429, 'notDone'],
  [500, 'unknown'],
  [401, 'misconfigured'],
  [403, 'misconfigured'],
])('an answer of %i means %s', async (status, failure) => {
  await expect(askOne((_, response) => response.writeHead(status).end())).rejects.toMatchObject({ failure });
});

test('any other refusal is for the adapter to read, also one without words', async () => {
  const worded = askOne((_, response) => response.writeHead(422).end('{"issue":"DECLINED"}'));
  expect(await worded).toEqual({ status: 422, body: { issue: 'DECLINED' } });
  expect(await askOne((_, response) => response.writeHead(404).end())).toEqual({ status: 404, body: null });
});
