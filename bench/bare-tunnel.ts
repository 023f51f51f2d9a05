import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shOk } from '../scripts/testing/terminal.ts';
import { greets } from './bare-environment.ts';
import { freePort } from './free-port.ts';

/** A plain sshd and one `ssh -R` through it: the least that a way through a home router can be. */
export type BareTunnel = { port: number; [Symbol.asyncDispose](): Promise<void> };

/** Opens such a tunnel to port 22 of `address`, with the cipher that ours has. */
export async function startBareTunnel(address: string): Promise<BareTunnel> {
  const folder = await mkdtemp('/tmp/rpibroker-tunnel-');
  const [sshPort, port] = [await freePort(), await freePort()];
  const configuration = await writeConfiguration(folder, sshPort);
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-f', configuration], { stdio: 'ignore' });
  while (!(await greets('127.0.0.1', sshPort))) await sleep(50);

  const trust = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'];
  const identity = ['-F', 'none', '-i', join(folder, 'key'), '-c', 'aes128-gcm@openssh.com', ...trust];
  const forward = ['-N', '-R', `127.0.0.1:${port}:${address}:22`, '-p', String(sshPort)];
  const ssh = spawn('ssh', [...identity, ...forward, `${userInfo().username}@127.0.0.1`], { stdio: 'ignore' });
  while (!(await greets('127.0.0.1', port))) await sleep(50);

  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const program of [ssh, sshd]) await end(program);
      await rm(folder, { recursive: true });
    },
  };
}

async function writeConfiguration(folder: string, port: number): Promise<string> {
  for (const name of ['key', 'host']) await shOk(`ssh-keygen -q -t ed25519 -N '' -f ${join(folder, name)}`);
  await writeFile(join(folder, 'keys'), await readFile(join(folder, 'key.pub')));
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const file = join(folder, 'sshd.conf');
  const lines = ['ListenAddress 127.0.0.1', `Port ${port}`, `HostKey ${join(folder, 'host')}`, 'PidFile none'];
  const access = [`AuthorizedKeysFile ${join(folder, 'keys')}`, 'StrictModes no', 'UsePAM no', 'PermitRootLogin yes'];
  await writeFile(file, `${[...lines, ...access].join('\n')}\n`);
  return file;
}

async function end(program: ChildProcess) {
  const ended = once(program, 'exit');
  program.kill();
  await ended;
}
