import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RUN_DIR } from './config.ts';
import { Problem } from './problem.ts';

/** Runs a program to its end and answers what it printed; a failure says what it complained of. */
export function run(command: string, args: string[], options: { input?: string; timeoutMs?: number } = {}) {
  return new Promise<string>((resolve, reject) => {
    const child = execFile(command, args, { timeout: options.timeoutMs ?? 60_000 }, (error, stdout, stderr) => {
      if (error) reject(new Problem(`${command} failed: ${stderr.trim().slice(-300) || error.message}`));
      else resolve(stdout);
    });
    // A program may end before it has read all; its exit code tells what that means.
    child.stdin?.once('error', () => {}).end(options.input ?? '');
  });
}

/** Where a detached program writes what it has to say. */
export const logOf = (name: string) => join(RUN_DIR, `${name}.log`);

/** Starts a program that outlives this one; `aliveAs(name)` finds it again. */
export async function launch(name: string, command: string, args: string[]): Promise<void> {
  mkdirSync(RUN_DIR, { recursive: true });
  const log = openSync(logOf(name), 'w');
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] });
  await once(child, 'spawn');
  child.unref();
  const pid = child.pid ?? 0;
  writeFileSync(pidFile(name), `${pid} ${startOf(pid)}`);
}

/** The process id of a launched program while it runs, else null. */
export function aliveAs(name: string): number | null {
  try {
    const [pid, start] = readFileSync(pidFile(name), 'utf8').split(' ');
    // After a restart of the container another program may have the number, but not the same start.
    return start !== '' && startOf(Number(pid)) === start ? Number(pid) : null;
  } catch {
    return null;
  }
}

/** Ends a launched program and all that it started, gently at first. */
export async function end(name: string, patienceMs = 10_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (let pid = aliveAs(name); pid !== null; pid = aliveAs(name)) {
    process.kill(-pid, Date.now() < deadline ? 'SIGTERM' : 'SIGKILL');
    await sleep(20);
  }
  rmSync(pidFile(name), { force: true });
}

const pidFile = (name: string) => join(RUN_DIR, `${name}.pid`);

/** When a process started, in the kernel's ticks; empty for one that is gone or only waits to be reaped. */
function startOf(pid: number): string {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
    const fields = afterName.split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
