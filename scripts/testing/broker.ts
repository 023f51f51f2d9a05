import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { placesOf } from '../../lib/config/places.ts';
import { startOutside } from './outside.ts';

/** Where the broker of the browser tests lives: beside one that may be in use on this machine. */
export const testBroker = {
  instance: 'e2e',
  url: 'http://localhost:3700',
  ports: { web: 3700, ssh: 3722, sshd: 3723, http: 3780, https: 3743, first: 27000, last: 27199 },
  places: placesOf(process.cwd(), 'e2e'),
};

/** A broker that is started on this machine for a while: its name, its ports, and where it keeps everything. */
export type TestBroker = typeof testBroker;

/** Where tests read how to reach what lies outside of the broker. */
export const outsideFile = join(testBroker.places.data, 'outside.json');

// Playwright's global set-up: a fresh broker from the same command that people use, without a device, and the companies
// and chains that it is set up for.
export default async function startBroker() {
  const parts = new AsyncDisposableStack();
  await forgetBroker(testBroker);
  parts.defer(() => forgetBroker(testBroker));
  const { outside, settings, close } = await startOutside(testBroker.url);
  parts.defer(close);
  await mkdir(testBroker.places.data, { recursive: true });
  await writeFile(outsideFile, JSON.stringify(outside), { mode: 0o600 });
  parts.defer(await launchBroker(testBroker, { flags: ['--no-device'], settings }));
  return () => parts.disposeAsync();
}

type Launch = { flags?: string[]; settings?: Record<string, string> };

/** Starts a broker as `npm start` does, with more settings; resolves, once it is ready, with how to end it. */
export async function launchBroker(
  { instance, ports }: TestBroker,
  { flags = [], settings = {} }: Launch = {},
): Promise<() => Promise<void>> {
  const portFlags = Object.entries(ports).flatMap(([name, port]) => [`--${name}`, String(port)]);
  const args = ['scripts/start.ts', '--instance', instance, ...portFlags, ...flags];
  const env = { ...process.env, ...settings };
  const broker = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await untilReady(broker);

  return async () => {
    const ended = once(broker, 'exit');
    broker.kill('SIGINT');
    await ended;
  };
}

/** Removes all that a broker kept. */
export async function forgetBroker({ places }: TestBroker) {
  for (const folder of Object.values(places)) await rm(folder, { recursive: true, force: true });
}

async function untilReady(broker: ChildProcess) {
  const lines = createInterface({ input: broker.stdout ?? process.stdin });
  for await (const line of lines) {
    process.stdout.write(`${line}\n`);
    if (line.includes('Ctrl-C stops everything')) return;
  }
  throw new Error('The broker ended before it was ready; its words are above.');
}
