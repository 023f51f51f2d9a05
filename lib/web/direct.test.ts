import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { createLog } from '../process/log.ts';
import { answerDirectly, type Door } from './direct.ts';

const log = createLog('web', 'silent');
const error = vi.spyOn(log, 'error');
afterEach(() => error.mockClear());

/** A server of one door; `answered` ends with each answer. */
async function serve(door: Door) {
  const answered = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    void answerDirectly(door, request, response, log).then(answered.resolve);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    answered: answered.promise,
    [Symbol.dispose]: () => void server.close(),
  };
}

const lengthOf: Door = async (request) => new Response(String((await request.bytes()).length));

test('a door reads the bytes as they came, whatever their encoding is said to be', async () => {
  using server = await serve(lengthOf);
  const body = Buffer.from([0x1f, 0x8b, 0, 0xff]);
  const answer = await fetch(server.url, { method: 'POST', body, headers: { 'content-encoding': 'gzip' } });
  expect(await answer.text()).toBe('4');
});

test('who hangs up before all is sent fills no log', async () => {
  using server = await serve(lengthOf);
  const socket = connect(server.port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc', () => socket.destroy());
  await server.answered;
  expect(error).not.toHaveBeenCalled();
});

test('a door that breaks answers 500 without a word of why, and the log tells', async () => {
  using server = await serve(async () => {
    throw new RangeError('a secret');
  });
  const answer = await fetch(server.url, { method: 'POST', body: 'x' });
  expect([answer.status, await answer.text()]).toEqual([500, '']);
  expect(error).toHaveBeenCalledTimes(1);
});
