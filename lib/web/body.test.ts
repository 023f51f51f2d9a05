import { expect, test } from 'vitest';
import { readJson } from './body.ts';

const limits = { maxBytes: 1000, maxDepth: 4 };
const request = (body: string | ReadableStream) =>
  new Request('http://broker.example/', { method: 'POST', body, duplex: 'half' } as RequestInit);

test('a body within its limits is read, and brackets inside its strings do not count as depth', async () => {
  const body = { name: '[[[[[["\\', list: [1, [2, [3]]] };
  expect(await readJson(request(JSON.stringify(body)), limits)).toEqual({ ok: true, value: body });
});

test.each([
  ['notJson', 'hello'],
  ['notJson', ''],
  ['notJson', '{"a":1'],
  ['tooDeep', '[[[[[1]]]]]'],
  ['tooDeep', '['.repeat(900)],
  ['tooLarge', JSON.stringify('x'.repeat(1000))],
])('a body that is %s is refused as such', async (reason, body) => {
  expect(await readJson(request(body), limits)).toEqual({ ok: false, reason });
});

test('a body that never says how long it is, is given up at the limit', async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 100;
      controller.enqueue(new TextEncoder().encode('1'.repeat(100)));
    },
  });
  expect(await readJson(request(endless), limits)).toEqual({ ok: false, reason: 'tooLarge' });
  expect(sent).toBeLessThan(2000);
});
