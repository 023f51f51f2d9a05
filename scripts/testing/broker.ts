import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { placesOf } from '../../lib/config/places.ts';

/** Where the broker of the browser tests lives: beside one that may be in use on this machine. */
export const testBroker = {
  instance: 'e2e',
  url: 'http://localhost:3700',
  ports: { web: 3700, ssh: 3722, sshd: 3723, http: 3780, https: 3743, first: 27000, last: 27199 },
  places: placesOf(process.cwd(), 'e2e'),
};

/** A broker that is started on this machine for a while: its name, its ports, and where it keeps everything. */
export type TestBroker = typeof testBroker;

// Playwright's global set-up: a fresh broker from the same command that people use, without a device.
export default async function startBroker() {
  await forgetBroker(testBroker);
  const end = await launchBroker(testBroker, ['--no-device']);
  return async () => {
    await end();
    await forgetBroker(testBroker);
  };
}

/** Starts a broker as `npm start` does; resolves, once it is ready, with how to end it. */
export async function launchBroker(
  { instance, ports }: TestBroker,
  flags: string[] = [],
): Promise<() => Promise<void>> {
  const portFlags = Object.entries(ports).flatMap(([name, port]) => [`--${name}`, String(port)]);
  const args = ['scripts/start.ts', '--instance', instance, ...portFlags, ...flags];
  const broker = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
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
