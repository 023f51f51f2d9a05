import { expect, test } from 'vitest';
import { createLog } from '../lib/process/log.ts';
import { createGuard } from './guard.ts';
import type { Runtime } from './runtime.ts';

const [port, otherPort, unknownPort] = [40_001, 40_002, 40_003];
const minute = (minutes: number) => new Date(Date.UTC(2026, 10, 1) + minutes * 60_000);

/** A guard that has heard of two arrivals from different sources, and whom it has had shut out. */
async function guardOfTwo() {
  const shutOut: string[] = [];
  const runtime: Runtime = {
    ask: async (command) => {
      shutOut.push(command);
      return '';
    },
    ready: async () => {},
    follow: async (_, listener) => {
      for (const line of [`192.0.2.1 ${port}`, `192.0.2.2 ${otherPort}`]) listener(line);
    },
  };
  const guard = createGuard(runtime, createLog('daemon', 'silent'));
  await guard.listen(new AbortController().signal);
  return { guard, shutOut };
}

test('the seventh failure within ten minutes shuts a source out, six do not', async () => {
  const { guard, shutOut } = await guardOfTwo();
  for (const failure of [1, 2, 3, 4, 5, 6]) await guard.failed(port, minute(failure));
  await guard.failed(otherPort, minute(6));
  expect(shutOut).toEqual([]);
  await guard.failed(port, minute(7));
  expect(shutOut).toEqual(['set table blocked key 192.0.2.1 data.gpc0 1']);
});

test('failures older than ten minutes are forgotten', async () => {
  const { guard, shutOut } = await guardOfTwo();
  for (const failure of [0, 1, 2, 3, 4, 5]) await guard.failed(port, minute(failure));
  await guard.failed(port, minute(10));
  expect(shutOut).toEqual([]);
  await guard.failed(port, minute(10.5));
  expect(shutOut).toHaveLength(1);
});

test('a failure whose source is unknown blames nobody', async () => {
  const { guard, shutOut } = await guardOfTwo();
  for (let failure = 0; failure < 20; failure += 1) await guard.failed(unknownPort, minute(0));
  expect(shutOut).toEqual([]);
});
