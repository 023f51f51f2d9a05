import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENVIRONMENT_ADDRESS } from '#lib/protocol/agent';
import { RUN_DIR } from './config.ts';
import { DISK } from './disk.ts';
import { BRIDGE, GATEWAY } from './firewall.ts';
import { Problem } from './problem.ts';
import { isRenters, listProcesses, type Process, signal } from './processes.ts';
import { aliveAs, end, launch, logOf, run } from './programs.ts';

/** Where the inner engine is asked. */
export const ENGINE_SOCKET = join(RUN_DIR, 'docker.sock');

const RUNTIME = join(RUN_DIR, 'docker');
const startsWithinMs = 30_000;

/** Starts the inner engine on the mounted disk and returns when `answers` says that it does. */
export async function startEngine(answers: () => Promise<boolean>): Promise<void> {
  if (aliveAs('dockerd') === null) {
    // Environments that outlived their engine are found again by what is here; after a restart of all it is stale.
    if (remains().length === 0) await forgetRuntime();
    await launch('dockerd', 'dockerd', engineOptions());
  }
  const deadline = Date.now() + startsWithinMs;
  while (!(await answers())) {
    if (aliveAs('dockerd') === null || Date.now() > deadline) {
      const log = await readFile(logOf('dockerd'), 'utf8');
      throw new Problem(`The inner Docker engine did not start: ${log.trim().split('\n').at(-1)}`);
    }
    await sleep(10);
  }
}

/** Ends the inner engine and every process of the environment. */
export async function stopEngine(): Promise<void> {
  await end('dockerd');
  for (let left = remains(); left.length > 0; left = remains()) {
    for (const { pid } of left) signal(pid, 'SIGKILL');
    await sleep(10);
  }
  await forgetRuntime();
}

/** Processes that a dockerd leaves behind: its helpers, and the environment's. */
function remains(): Process[] {
  return listProcesses().filter((each) => each.name.startsWith('containerd') || isRenters(each));
}

async function forgetRuntime(): Promise<void> {
  if (existsSync(RUNTIME)) await run('sh', ['-c', `umount -R "$1"/netns/* 2>/dev/null; rm -rf "$1"`, 'sh', RUNTIME]);
}

/** The one address that the engine may hand out is the one that tunnels lead to. */
function engineOptions(): string[] {
  return [
    ...['--data-root', join(DISK, 'docker')],
    // We know its number ourselves; a pid file left by a power cut names whatever has the number now, and keeps it from starting.
    ...['--exec-root', RUNTIME, '--pidfile='],
    ...['--host', `unix://${ENGINE_SOCKET}`],
    ...['--userns-remap', 'renters'],
    ...['--bridge', BRIDGE, '--fixed-cidr', `${ENVIRONMENT_ADDRESS}/32`, '--dns', GATEWAY],
    // The rules are ours: the engine's own would only repeat half of them.
    ...['--iptables=false', '--ip6tables=false', '--userland-proxy=false'],
    ...['--live-restore', '--log-driver', 'json-file', '--log-opt', 'max-size=1m', '--log-opt', 'max-file=2'],
  ];
}
