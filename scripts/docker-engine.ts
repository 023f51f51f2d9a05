import { execFile, spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UpstreamError } from '../lib/errors.ts';

const run = promisify(execFile);
const data = '/var/lib/rpibroker/docker';
const runtime = '/run/rpibroker/docker';
const startsWithinMilliseconds = 30_000;

/** Whether a Docker engine answers on the machine's usual socket. */
export async function engineAnswers(): Promise<boolean> {
  return run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

/** Makes sure that a Docker engine answers; `stop` ends it again only if it was started here. */
export async function ensureEngine(): Promise<{ stop(): Promise<void> }> {
  if (await engineAnswers()) return { stop: async () => {} };
  if (process.getuid?.() !== 0) {
    throw new UpstreamError('docker', 'no engine answers, and only root can start one', { retryable: false });
  }
  const pid = await startEngine();
  await untilEngineAnswers(pid);
  return { stop: () => endEngine(pid) };
}

/** Its data stays between runs, so that images need not be made again. */
async function startEngine(): Promise<number> {
  await Promise.all([data, runtime].map((folder) => mkdir(folder, { recursive: true, mode: 0o711 })));
  const log = await open(`${runtime}/dockerd.log`, 'w');
  const options = ['--data-root', data, '--exec-root', `${runtime}/exec`, '--pidfile', `${runtime}/dockerd.pid`];
  const child = spawn('dockerd', options, { detached: true, stdio: ['ignore', log.fd, log.fd] });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new UpstreamError('docker', 'dockerd is not installed', { retryable: false, cause })),
    );
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
  child.unref();
  await log.close();
  return pid;
}

async function untilEngineAnswers(pid: number): Promise<void> {
  const deadline = Date.now() + startsWithinMilliseconds;
  while (!(await engineAnswers())) {
    if (Date.now() > deadline || !runs(pid)) {
      const log = await readFile(`${runtime}/dockerd.log`, 'utf8');
      throw new UpstreamError('docker', `the engine did not start: ${log.trim().split('\n').at(-1)}`, {
        retryable: false,
      });
    }
    await sleep(100);
  }
}

async function endEngine(pid: number): Promise<void> {
  if (!runs(pid)) return;
  process.kill(pid, 'SIGTERM');
  while (runs(pid)) await sleep(50);
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
