import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { invariant } from '../lib/errors.ts';

/** A user of this machine. */
export type Account = { name: string; uid: number; gid: number };

const TUNNEL_USER = 'rpibroker-tunnel';

/** Whom devices sign in as: a system account without any right when we are root, made when missing; else ourselves. */
export async function tunnelAccount(): Promise<Account> {
  const { username, uid, gid } = userInfo();
  if (uid !== 0) return { name: username, uid, gid };

  const found = await findAccount(TUNNEL_USER);
  if (found) return found;
  // The password field must be `*`: with the usual `!` sshd takes the account for a locked one.
  const options = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--password', '*'];
  await promisify(execFile)('useradd', [...options, '--shell', '/usr/sbin/nologin', TUNNEL_USER]);
  const made = await findAccount(TUNNEL_USER);
  invariant(made, `useradd made no account ${TUNNEL_USER}`);
  return made;
}

/** The account of HAProxy's package, to which HAProxy steps down from root; null when we are not root. */
export async function edgeAccount(): Promise<Account | null> {
  return userInfo().uid === 0 ? findAccount('haproxy') : null;
}

async function findAccount(name: string): Promise<Account | null> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((row) => row.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { name, uid: Number(uid), gid: Number(gid) } : null;
}
