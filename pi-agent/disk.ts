import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { timedStep } from '#lib/protocol/agent';
import { Problem } from './problem.ts';
import { run } from './programs.ts';
import { readDocument, writeDocument } from './state.ts';

/** Where the file system with all that a renter can write is mounted. */
export const DISK = '/disk';

const GIGABYTE = 1024 ** 3;
const leftForOwner = GIGABYTE;
const tenantFile = join(DISK, 'tenant.json');

/** Who this disk is for, and what is known of the environment on it; erased with the disk. */
export const tenantRecord = z.object({
  id: z.string(),
  kind: z.enum(['verification', 'rental']),
  hostKey: z.string().nullable(),
  readySince: z.string().nullable().describe('the start of the container that answered, unless it was paused since'),
  steps: z.array(timedStep),
});
/** What `tenantRecord` parses to. */
export type TenantRecord = z.infer<typeof tenantRecord>;

/** The disk file on the volume `folder`, or null. Its name says which wipe it was made by. */
export function findDisk(folder: string): { id: string; gigabytes: number; mounted: boolean } | null {
  const file = readdirSync(folder).find((name) => /^disk-.+\.ext4$/.test(name));
  if (!file) return null;
  const gigabytes = Math.round(statSync(join(folder, file)).size / GIGABYTE);
  return { id: file.slice('disk-'.length, -'.ext4'.length), gigabytes, mounted: isMounted() };
}

/** Makes an empty file system; it gets its name last, so that half of one is never found. */
export async function makeDisk(folder: string, { id, gigabytes }: { id: string; gigabytes: number }): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize - leftForOwner;
  if (free < gigabytes * GIGABYTE) {
    const most = Math.max(0, Math.floor(free / GIGABYTE));
    throw new Problem(
      `The device offers ${gigabytes} GB, but has room for ${most} GB. Offer less, or free some space.`,
    );
  }
  const fresh = join(folder, 'disk.new');
  await rm(fresh, { force: true });
  const handle = await open(fresh, 'wx', 0o600);
  await handle.truncate(gigabytes * GIGABYTE);
  await handle.close();
  await run('mkfs.ext4', ['-q', '-F', '-m', '1', '-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard', fresh]);
  await rename(fresh, join(folder, `disk-${id}.ext4`));
}

/** Mounts the disk file of `folder`. */
export async function mountDisk(folder: string): Promise<void> {
  const disk = findDisk(folder);
  if (!disk || disk.mounted) return;
  await mkdir(DISK, { recursive: true });
  await openLoopDevices();
  await run('mount', ['-o', 'loop,noatime', join(folder, `disk-${disk.id}.ext4`), DISK]);
}

/**
 * Makes the nodes of the kernel's loop devices in our own /dev. The owner's is not mounted here: whatever is done in
 * this container, and the engine hands its /dev on to environments, must not change a file of the owner's machine.
 */
async function openLoopDevices(): Promise<void> {
  await makeNode('loop-control', ['c', '10', '237']);
  // With none left free, asking for one makes the kernel add one.
  await run('losetup', ['--find']);
  for (const name of readdirSync('/sys/block').filter((name) => /^loop\d+$/.test(name))) {
    const [major = '', minor = ''] = readFileSync(join('/sys/block', name, 'dev'), 'utf8')
      .trim()
      .split(':');
    await makeNode(name, ['b', major, minor]);
  }
}

async function makeNode(name: string, kind: string[]): Promise<void> {
  const node = join('/dev', name);
  if (!existsSync(node)) await run('mknod', ['-m', '0600', node, ...kind]);
}

/** Waits until the disk has all that was written to it; writing of ours after that need not wait behind the rest. */
export async function flushDisk(): Promise<void> {
  await run('sync', ['--file-system', DISK], { timeoutMs: 600_000 });
}

/** Unmounts the disk where it is mounted. */
export async function unmountDisk(): Promise<void> {
  // The engine leaves a mount in a mount when it was killed.
  for (let tries = 0; isMounted() && tries < 5; tries++) await run('umount', ['--recursive', DISK]);
}

/** Deletes the disk file; what was on it is gone with its blocks. */
export async function deleteDisk(folder: string): Promise<void> {
  await unmountDisk();
  const disk = findDisk(folder);
  if (disk) await rm(join(folder, `disk-${disk.id}.ext4`), { force: true });
}

/** Who the mounted disk is for, or null. */
export function readTenant(): TenantRecord | null {
  return readDocument(tenantFile, tenantRecord);
}

/** Notes on the disk who it is for. */
export function writeTenant(record: TenantRecord): Promise<void> {
  return writeDocument(tenantFile, record);
}

/** Notes that nobody is on the disk; only true where nobody but ourselves ever was. */
export function removeTenant(): Promise<void> {
  return rm(tenantFile, { force: true });
}

function isMounted(): boolean {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[1] === DISK);
}
