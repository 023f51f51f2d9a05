import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { measureDownload, measureRoundTrip, measureUpload } from './measure.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function device(behave: (socket: Socket) => void) {
  const server = createServer((socket) => behave(socket.on('error', () => {})));
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

test('an honest device is measured', async () => {
  const sink = await device((socket) => socket.resume().once('end', () => socket.end('.')));
  const source = await device((socket) => socket.end(Buffer.alloc(1_000_000)));
  expect(await measureRoundTrip(sink)).toBeGreaterThan(0);
  expect(await measureDownload(sink)).toBeGreaterThan(1);
  expect(await measureUpload(source)).toBeGreaterThan(1);
});

test('a device that sends for ever is hung up on', async () => {
  const hungUp: Promise<unknown>[] = [];
  const door = await device((socket) => {
    hungUp.push(new Promise((resolve) => socket.once('close', resolve)));
    const endless = new Readable({ read: () => endless.push(Buffer.alloc(65_536)) });
    endless.pipe(socket);
  });
  await expect(measureUpload(door)).rejects.toThrow('did not answer');
  await expect(measureDownload(door)).rejects.toThrow('did not answer');
  expect(await Promise.all(hungUp)).toHaveLength(2);
});

test('a device that ends without a word counts as silent', async () => {
  const door = await device((socket) => socket.end());
  await expect(measureUpload(door)).rejects.toThrow('did not answer');
  await expect(measureRoundTrip(door)).rejects.toThrow('did not answer');
});
