import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';
import { ENGINE_SOCKET } from './engine.ts';
import { freeze, isFrozen, thaw } from './processes.ts';

const NAME = 'environment';
const MEBIBYTE = 1024 ** 2;
const label = 'rpibroker.environment';

/** The five verbs that the rest of the agent has for the inner engine, and what it can ask it. */
export type Environments = ReturnType<typeof connectEnvironments>;

/** Environments in the engine behind our own socket. `seccomp` is the profile that each gets. */
export function connectEnvironments(seccompFile: string) {
  const docker = new Docker({ socketPath: ENGINE_SOCKET });
  const seccomp = JSON.stringify(JSON.parse(readFileSync(seccompFile, 'utf8')));
  const container = docker.getContainer(NAME);
  return {
    engineAnswers: () => docker.ping().then(yes, no),
    imageId: (reference: string) => imageId(docker, reference),
    load: (tar: NodeJS.ReadableStream) => load(docker, tar),
    find: () => findEnvironment(docker),

    create: (name: string, image: string) => docker.createContainer(template({ name, image, seccomp })),
    start: () => container.start(),
    stop: () => container.stop({ t: 3 }),
    pause: freeze,
    resume: async () => thaw(),
    remove: () => container.remove({ force: true, v: true }),

    limitMemory: (bytes: number) => container.update({ Memory: bytes, MemorySwap: bytes }),
    probe: (command: string[]) => execute(container, command),
    probeInBackground: async (command: string[]) => {
      const exec = await container.exec({ Cmd: command, User: '0' });
      await exec.start({ Detach: true });
    },
  };
}

const yes = () => true;
const no = () => false;

/** What an environment may use: nearly all memory, but never the last that the owner's machine needs. */
export function memoryLimit(total = totalmem()): number {
  return Math.floor(Math.max(total / 2, total - 512 * MEBIBYTE));
}

type Making = { name: string; image: string; seccomp: string };

/** The one template of every environment: DEVICE.md §3. No secret is in it, as the engine shows it to all who ask. */
function template({ name, image, seccomp }: Making): Docker.ContainerCreateOptions {
  return {
    name: NAME,
    Image: image,
    Hostname: name,
    Labels: { [label]: name },
    HostConfig: {
      CapDrop: ['ALL'],
      // No `no-new-privileges` beside them: sudo needs setuid.
      CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETUID', 'SETGID', 'SETPCAP', 'KILL'].concat([
        'NET_BIND_SERVICE',
        'SYS_CHROOT',
        'AUDIT_WRITE',
      ]),
      SecurityOpt: [`seccomp=${seccomp}`],
      PidsLimit: 512,
      Memory: memoryLimit(),
      MemorySwap: memoryLimit(),
      NanoCpus: Math.max(0.5, availableParallelism() - 0.25) * 1e9,
      CpuShares: 512,
      OomScoreAdj: 900,
      Ulimits: [{ Name: 'nofile', Soft: 4096, Hard: 4096 }],
      Sysctls: { 'net.ipv4.ping_group_range': '0 65535' },
      IpcMode: 'private',
      // A renter's `reboot` ends the container; the engine starts it again.
      RestartPolicy: { Name: 'unless-stopped' },
    },
  };
}

async function findEnvironment(docker: Docker) {
  const [found] = await docker.listContainers({ all: true, filters: { label: [label] } });
  if (!found) return null;
  const { State: state, Config: config } = await docker.getContainer(found.Id).inspect();
  const status = state.Running && isFrozen() ? 'paused' : state.Status;
  return { status, startedAt: state.StartedAt, pid: state.Pid, name: config.Hostname, image: config.Image };
}

async function imageId(docker: Docker, reference: string): Promise<string | null> {
  return docker
    .getImage(reference)
    .inspect()
    .then(
      (image) => image.Id,
      (error: { statusCode?: number }) => {
        if (error.statusCode === 404) return null;
        throw error;
      },
    );
}

async function load(docker: Docker, tar: NodeJS.ReadableStream): Promise<void> {
  await text(await docker.loadImage(tar, { quiet: true }));
}

async function execute(container: Docker.Container, command: string[]): Promise<{ exitCode: number; output: string }> {
  const exec = await container.exec({ Cmd: command, User: '0', AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  const output = (await text(stream)).replaceAll('\r', '').trim();
  return { exitCode: (await exec.inspect()).ExitCode ?? -1, output };
}
