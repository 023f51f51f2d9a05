import { constants, open } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { EnvironmentSpec } from '#lib/protocol/agent';
import { packFiles } from './archive.ts';

const openPipe = promisify(open);

// Only for environments that nobody has been in: a renter's links would lead these paths out of the environment.
const inside = (pid: number, path: string) => `/proc/${pid}/root${path}`;

/**
 * Hands over who may sign in, through the pipe at which the init of the environment (process `pid`) waits for it
 * (environment/init, fifo(7)); false when it does not wait there: not yet, or not any more.
 */
export async function letIn(pid: number, spec: EnvironmentSpec): Promise<boolean> {
  const fd = await openPipe(inside(pid, '/etc/rpibroker/door'), constants.O_WRONLY | constants.O_NONBLOCK).catch(
    isShut,
  );
  if (fd === null) return false;
  // A socket of Node writes to any pipe, and waits where this one is full.
  const pipe = new Socket({ fd, readable: false });
  pipe.end(setupArchive(spec));
  await finished(pipe);
  return true;
}

/** The key by which an environment shows who it is, as type and base64. */
export async function hostKeyOf(pid: number): Promise<string> {
  const line = await readFile(inside(pid, '/etc/ssh/ssh_host_ed25519_key.pub'), 'utf8');
  return line.split(/\s/).slice(0, 2).join(' ');
}

function isShut(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENXIO') return null;
  throw error;
}

function setupArchive(spec: EnvironmentSpec): Buffer {
  return packFiles({
    'setup/password': spec.password,
    'setup/authorized_keys': spec.authorizedKeys.map((key) => `${key.trim()}\n`).join(''),
  });
}
