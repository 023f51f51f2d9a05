import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from './problem.ts';

/** A process of this container or of the environment in it. */
export type Process = { pid: number; name: string; user: number; stopped: boolean };

/** As in the Dockerfile's /etc/subuid: whoever is root in an environment is this user here. */
const firstRenterUser = 100_000;
const freezeRounds = 50;

/** Every process that lives; one that only waits to be reaped does not. */
export function listProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), status: statusOf(pid) }))
    .filter(({ status }) => status !== '' && !/^State:\t[ZX]/m.test(status))
    .map(({ pid, status }) => ({
      pid,
      name: /^Name:\t(.*)$/m.exec(status)?.[1] ?? '',
      user: Number(/^Uid:\t(\d+)/m.exec(status)?.[1] ?? 0),
      stopped: /^State:\t[Tt]/m.test(status),
    }));
}

/** Whether a process runs in the environment. */
export const isRenters = ({ user }: Process) => user >= firstRenterUser;

/** Whether every process of the environment stands still. */
export function isFrozen(): boolean {
  const renters = listProcesses().filter(isRenters);
  return renters.length > 0 && renters.every(({ stopped }) => stopped);
}

/**
 * Stops every process of the environment. The engine's own pause would do, were it not that with version 1 of control
 * groups a frozen process cannot even be killed, so that the owner could not stop the agent's container.
 */
export async function freeze(): Promise<void> {
  for (let round = 0; !isFrozen(); round++) {
    if (round === freezeRounds) throw new Problem('The environment could not be paused.');
    for (const { pid } of listProcesses().filter(isRenters)) signal(pid, 'SIGSTOP');
    await sleep(10);
  }
}

/** Lets every process of the environment go on. */
export function thaw(): void {
  for (const { pid } of listProcesses().filter(isRenters)) signal(pid, 'SIGCONT');
}

/** Sends a signal to a process, unless it has ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (statusOf(String(pid)) !== '') throw error;
  }
}

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
