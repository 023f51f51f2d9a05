import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testBroker } from './broker.ts';
import { shOk } from './terminal.ts';

/** The container in which the browser tests run their device. */
export const testAgent = 'rpibroker-agent-e2e';

/** The programs that may die at any moment, and nothing may come of it. */
export const programs = ['web', 'tunnel-daemon', 'sshd', 'haproxy', 'agent'] as const;

/** Ends one of the broker's programs, or the whole agent container, as a crash or a power cut would. */
export async function kill9(program: (typeof programs)[number]) {
  const pid = program === 'agent' ? await pidOfAgent() : await pidOf(program);
  process.kill(pid, 'SIGKILL');
}

/** Our own programs leave their pid in a file, those of others as a line of JSON with the time they started. */
async function pidOf(program: string): Promise<number> {
  const content = JSON.parse(await readFile(join(testBroker.places.run, `${program}.pid`), 'utf8'));
  return typeof content === 'number' ? content : content.pid;
}

async function pidOfAgent(): Promise<number> {
  return Number(await shOk(`docker inspect --format '{{.State.Pid}}' ${testAgent}`));
}

/** Takes the device out of its network, as somebody who pulls the cable. */
export async function cutDevice(agent = testAgent) {
  await shOk(`docker network disconnect bridge ${agent}`);
}

/** Puts the cable back. */
export async function healDevice(agent = testAgent) {
  await shOk(`docker network connect bridge ${agent}`);
}

/** Removes the device and all that it kept. */
export async function removeDevice(agent = testAgent) {
  await shOk(`docker rm -f ${agent} >/dev/null 2>&1; docker volume rm -f ${agent} >/dev/null`);
}
