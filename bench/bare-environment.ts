import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readImageManifest } from '../lib/config/images.ts';
import { shOk } from '../scripts/testing/terminal.ts';

/** The environment's image as a plain container of this machine's own engine: what a rental adds nothing to. */
export type BareEnvironment = { address: string; ssh: string; [Symbol.asyncDispose](): Promise<void> };

const name = 'rpibroker-bench-bare';

/** Starts such a container and resolves when its sshd greets; `ssh` signs in to it with the key. */
export async function startBareEnvironment(keyFile: string): Promise<BareEnvironment> {
  const setup = await mkdtemp('/tmp/rpibroker-bare-');
  await writeFile(join(setup, 'password'), 'only-keys-are-used');
  await writeFile(join(setup, 'authorized_keys'), await readFile(`${keyFile}.pub`));
  await shOk(
    `docker create --name ${name} --hostname bench ${await environmentImage()} && docker cp ${setup} ${name}:/etc/rpibroker/setup`,
  );
  await shOk(`docker start ${name}`);
  const address = await shOk(`docker inspect --format '{{.NetworkSettings.IPAddress}}' ${name}`);
  while (!(await greets(address, 22))) await sleep(10);
  const trust = '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR';
  return {
    address,
    ssh: `ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -i ${keyFile} ${trust}`,
    async [Symbol.asyncDispose]() {
      await shOk(`docker rm -f ${name}`);
      await rm(setup, { recursive: true });
    },
  };
}

/** Whether an ssh server answers there. */
export async function greets(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 5000 });
  socket.once('timeout', () => socket.destroy());
  const [greeting] = await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => [null]);
  socket.destroy();
  return Buffer.isBuffer(greeting) && greeting.toString().startsWith('SSH-');
}

async function environmentImage(): Promise<string> {
  const { environment } = await readImageManifest('.data/images');
  return environment[process.arch === 'arm64' ? 'arm64' : 'amd64']?.reference ?? '';
}
