import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Logger } from '../lib/process/log.ts';
import { every } from '../lib/process/loop.ts';

/** A program of others that runs apart from the daemon and outlives it; `configuration` decides if it must be replaced. */
export type Program = { name: 'sshd' | 'haproxy'; command: string; args: string[]; configuration: string };

/** A program that is kept running: left alone by `release`, ended by `stop`. */
export type KeptProgram = { logFile: string; release(): Promise<void>; stop(): Promise<void> };

/** What the pid file says. A pid can come to mean another process, so its start time stands beside it. */
const runningProgram = z.object({ pid: z.number(), startedAt: z.string(), hash: z.string() });
type RunningProgram = z.infer<typeof runningProgram>;

/**
 * Keeps `program` running in `folder`: adopts the one that an earlier daemon left when it has the same configuration,
 * else replaces it, and starts it again within half a second whenever it dies.
 */
export async function keepProgram(program: Program, folder: string, log: Logger): Promise<KeptProgram> {
  const hash = createHash('sha256').update(JSON.stringify(program)).digest('hex');
  const pidFile = join(folder, `${program.name}.pid`);
  const logFile = join(folder, `${program.name}.log`);

  const left = await readPidFile(pidFile);
  if (left && left.hash !== hash) await end(left);
  const ensure = async () => {
    const running = await readPidFile(pidFile);
    if (running && (await isAlive(running))) return;
    const started = await launch(program, { folder, logFile });
    // Whole at every moment: a daemon that found half of one would start a second program beside the first.
    await writeFile(`${pidFile}.new`, JSON.stringify({ ...started, hash }));
    await rename(`${pidFile}.new`, pidFile);
    log.info({ started: program.name, pid: started.pid }, 'program started');
  };
  await ensure();

  const stopping = new AbortController();
  const watching = every(0.5, ensure, {
    signal: stopping.signal,
    onError: (error) => log.error({ err: error, kept: program.name }, 'cannot keep program running'),
  });
  const release = async () => {
    stopping.abort();
    await watching;
  };
  return {
    logFile,
    release,
    async stop() {
      await release();
      const running = await readPidFile(pidFile);
      if (running) await end(running);
      await rm(pidFile, { force: true });
    },
  };
}

async function launch({ command, args }: Program, { folder, logFile }: { folder: string; logFile: string }) {
  const log = await open(logFile, 'a', 0o600);
  try {
    const child = spawn(command, args, { cwd: folder, detached: true, stdio: ['ignore', log.fd, log.fd] });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    const pid = child.pid ?? -1;
    return { pid, startedAt: await startTime(pid) };
  } finally {
    await log.close();
  }
}

async function end(program: RunningProgram) {
  const patience = Date.now() + 5000;
  while (await isAlive(program)) {
    process.kill(program.pid, Date.now() < patience ? 'SIGTERM' : 'SIGKILL');
    await sleep(50);
  }
}

async function isAlive({ pid, startedAt }: RunningProgram): Promise<boolean> {
  return startedAt !== '' && (await startTime(pid)) === startedAt;
}

/** When a process began, in the kernel's ticks; empty when it is gone. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? '' : (fields[18] ?? '');
}

async function readPidFile(file: string): Promise<RunningProgram | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return runningProgram.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
