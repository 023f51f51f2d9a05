import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An agent's container on this machine's Docker engine, started by the owner's script. */
export type TestDevice = Awaited<ReturnType<typeof startTestDevice>>;

type Start = { name: string; key: string; brokerPort: number; reference: string };

/** Runs install.sh as an owner would, for the broker at `brokerPort` of this machine. */
export async function startTestDevice({ name, key, brokerPort, reference }: Start) {
  const folder = await mkdtemp(join(tmpdir(), 'device-'));
  const script = (await readFile(new URL('../install.sh', import.meta.url), 'utf8'))
    .replaceAll('@BROKER_URL@', `http://localhost:${brokerPort}`)
    .replaceAll(/@AGENT_REFERENCE_\w+@/g, reference);
  await writeFile(join(folder, 'install.sh'), script);
  await run('sh', [join(folder, 'install.sh'), key], { env: { ...process.env, RPIBROKER_NAME: name } });
  const inside = async (command: string) => (await run('docker', ['exec', name, 'sh', '-c', command])).stdout.trim();
  return {
    inside,
    /** Runs a command as root in the environment, past its sshd. */
    inEnvironment: (command: string) =>
      inside(`docker -H unix:///run/rpibroker/docker.sock exec environment sh -c '${command}'`),
    killNode: () => inside('kill -9 $(pidof node)'),
    /** As a power cut would: PID 1 and with it every process of the container, from the host. */
    killContainer: async () => {
      const { stdout } = await run('docker', ['inspect', '--format', '{{.State.Pid}}', name]);
      process.kill(Number(stdout), 'SIGKILL');
    },
    logs: async () => (await run('docker', ['logs', name], { maxBuffer: 2 ** 26 })).stdout,
    stop: () => run('docker', ['stop', name]),
    remove: async () => {
      await run('docker', ['rm', '-f', name]);
      await run('docker', ['volume', 'rm', '-f', name]);
      await rm(folder, { recursive: true });
    },
  };
}
