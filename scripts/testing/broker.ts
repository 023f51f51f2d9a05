import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { placesOf } from '../../lib/config/places.ts';

/** Where the broker of the browser tests lives: beside one that may be in use on this machine. */
export const testBroker = {
  instance: 'e2e',
  url: 'http://localhost:3300',
  ports: { web: 3300, ssh: 3322, sshd: 3323, http: 3380, https: 3343, first: 31000, last: 31199 },
  places: placesOf(process.cwd(), 'e2e'),
};

// Playwright's global set-up: a fresh broker from the same command that people use, without a device.
export default async function startBroker() {
  await forget();
  const flags = Object.entries(testBroker.ports).flatMap(([name, port]) => [`--${name}`, String(port)]);
  const args = ['scripts/start.ts', '--instance', testBroker.instance, '--no-device', ...flags];
  const broker = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await untilReady(broker);

  return async () => {
    const ended = once(broker, 'exit');
    broker.kill('SIGINT');
    await ended;
    await forget();
  };
}

async function untilReady(broker: ChildProcess) {
  const lines = createInterface({ input: broker.stdout ?? process.stdin });
  for await (const line of lines) {
    process.stdout.write(`${line}\n`);
    if (line.includes('Ctrl-C stops everything')) return;
  }
  throw new Error('The broker ended before it was ready; its words are above.');
}

async function forget() {
  for (const folder of Object.values(testBroker.places)) await rm(folder, { recursive: true, force: true });
}
