import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './programs.ts';

const ROOT = '/sys/fs/cgroup';

/** Lets the inner engine set limits: Docker gives a container its control groups read-only. */
export async function openControlGroups(): Promise<void> {
  const second = existsSync(join(ROOT, 'cgroup.controllers'));
  await (second ? openVersion2() : openVersion1());
}

async function openVersion1(): Promise<void> {
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path === ROOT || path.startsWith(`${ROOT}/`));
  for (const path of mounted) await remount(path);
}

/** A group that hands controllers down may hold no process itself, so ours move to a leaf. */
async function openVersion2(): Promise<void> {
  await remount(ROOT);
  const leaf = join(ROOT, 'agent');
  if (!existsSync(leaf)) mkdirSync(leaf);
  for (const pid of wordsIn(join(ROOT, 'cgroup.procs'))) moveTo(leaf, pid);
  const controllers = wordsIn(join(ROOT, 'cgroup.controllers')).map((name) => `+${name}`);
  writeFileSync(join(ROOT, 'cgroup.subtree_control'), controllers.join(' '));
}

function moveTo(group: string, pid: string): void {
  try {
    writeFileSync(join(group, 'cgroup.procs'), pid);
  } catch (error) {
    // A process may end while it is on the list.
    if (readdirSync('/proc').includes(pid)) throw error;
  }
}

const wordsIn = (file: string) => readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);

const remount = (path: string) => run('mount', ['-o', 'remount,bind,rw', path]);
