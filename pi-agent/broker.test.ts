import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createBroker } from './broker.ts';

const content = Buffer.from('an image of some length');
const image = {
  reference: 'environment:1',
  path: '/images/e.tar',
  sha256: createHash('sha256').update(content).digest('hex'),
  bytes: content.length,
};
const ranged: RequestListener = ({ headers }, response) => {
  const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from ? 206 : 200).end(content.subarray(from));
};

describe('an image from the broker', () => {
  test('appears whole', async () => {
    const file = fresh();
    await (await brokerThat(ranged)).download(image, file);
    expect(readFileSync(file)).toEqual(content);
  });

  test('goes on where a broken download ended', async () => {
    const file = fresh();
    const asked: (string | undefined)[] = [];
    writeFileSync(`${file}.partial`, content.subarray(0, 8));
    const broker = await brokerThat((request, response) => {
      asked.push(request.headers.range);
      ranged(request, response);
    });
    await broker.download(image, file);
    expect(asked).toEqual(['bytes=8-']);
    expect(readFileSync(file)).toEqual(content);
  });

  test('starts over at a server that knows no ranges', async () => {
    const file = fresh();
    writeFileSync(`${file}.partial`, 'something');
    await (await brokerThat((_request, response) => response.end(content))).download(image, file);
    expect(readFileSync(file)).toEqual(content);
  });

  test('is thrown away when its digest is not the promised one', async () => {
    const file = fresh();
    const broker = await brokerThat((_request, response) => response.end('an image of other length'));
    await expect(broker.download(image, file)).rejects.toThrow('digest');
    expect([existsSync(file), existsSync(`${file}.partial`)]).toEqual([false, false]);
  });
});

describe('an answer that is no order', () => {
  test("is told with the broker's own sentence", async () => {
    const broker = await brokerThat((_request, response) =>
      response.writeHead(410).end(JSON.stringify({ error: 'retired', message: 'This device is retired.' })),
    );
    const refusal = broker.poll({} as never, 'token', new AbortController().signal);
    await expect(refusal).rejects.toMatchObject({ final: true, message: 'This device is retired.' });
  });

  test('is a failure even when it is well-formed JSON', async () => {
    const broker = await brokerThat((_request, response) => response.end('{"task":{"kind":"explode"}}'));
    await expect(broker.poll({} as never, 'token', new AbortController().signal)).rejects.toThrow();
  });
});

function fresh(): string {
  const folder = mkdtempSync(join(tmpdir(), 'images-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'image.tar');
}

async function brokerThat(answers: RequestListener) {
  const server = createServer(answers);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return createBroker(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
