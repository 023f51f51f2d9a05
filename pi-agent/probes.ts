import { networkInterfaces } from 'node:os';
import type { Probe } from '#lib/protocol/agent';
import { type Environments, memoryLimit } from './docker.ts';
import { run } from './programs.ts';

type Finding = Pick<Probe, 'tried' | 'seen' | 'passed'>;
type Try = { fix: string; look: (environments: Environments, diskGigabytes: number) => Promise<Finding> };

const MEBIBYTE = 1024 ** 2;

/** Every promise that a device must keep, how it is tried, and what an owner can do where it fails. */
const tries: Record<Probe['name'], Try> = {
  memoryLimit: {
    fix: 'On a Raspberry Pi add "cgroup_enable=memory cgroup_memory=1" to /boot/firmware/cmdline.txt and reboot.',
    look: tryMemoryLimit,
  },
  diskQuota: { fix: 'The volume must lie on a file system with loop devices, such as ext4.', look: tryDiskQuota },
  userNamespace: {
    fix: 'The kernel must allow user namespaces: sysctl user.max_user_namespaces must not be 0.',
    look: tryUserNamespace,
  },
  homeNetwork: {
    fix: 'The firewall of the agent could not be set: update the kernel, which must have nftables.',
    look: tryHomeNetwork,
  },
  nameLookup: {
    fix: 'Names cannot be looked up. Start the agent with DNS_UPSTREAM set to a name server that it can reach.',
    look: tryNameLookup,
  },
};

/** Tries every promise from inside the running verification environment. */
export async function runProbes(environments: Environments, diskGigabytes: number): Promise<Probe[]> {
  const probes: Probe[] = [];
  for (const [name, { fix, look }] of Object.entries(tries) as [Probe['name'], Try][]) {
    const { tried, seen, passed } = await look(environments, diskGigabytes);
    probes.push({ name, tried, seen: seen.slice(0, 300), passed, fix: passed ? null : fix });
  }
  return probes;
}

/** With a limit lowered for the try, since filling the real one would press on the owner's machine. */
async function tryMemoryLimit(environments: Environments): Promise<Finding> {
  await environments.limitMemory(256 * MEBIBYTE);
  const { exitCode } = await environments.probe(['python3', '-c', "b = b'x' * (512 * 1024 ** 2)"]);
  await environments.limitMemory(memoryLimit());
  const killed = exitCode === 137;
  return {
    tried: 'to use 512 MiB of memory under a limit of 256 MiB',
    seen: killed ? 'the program was killed' : `the program ended with ${exitCode}`,
    passed: killed,
  };
}

async function tryDiskQuota(environments: Environments, diskGigabytes: number): Promise<Finding> {
  const script = `fallocate -l ${diskGigabytes + 1}G /quota; stat -c %s /quota; rm -f /quota`;
  const { output } = await environments.probe(['sh', '-c', script]);
  return {
    tried: `to reserve ${diskGigabytes + 1} GB on a disk of ${diskGigabytes} GB`,
    seen: output,
    passed: output.includes('No space left'),
  };
}

async function tryUserNamespace(environments: Environments): Promise<Finding> {
  const { output } = await environments.probe([
    'sh',
    '-c',
    'cat /proc/self/uid_map; mknod /tmp/disk b 7 0; mount -t tmpfs none /mnt',
  ]);
  const outside = Number(/^\s*0\s+(\d+)/.exec(output)?.[1] ?? 0);
  const refused = output.includes('mknod') && output.includes('mount');
  return {
    tried: 'as root: to read who root is outside, to make a device file and to mount',
    seen: output.replaceAll(/\s+/g, ' '),
    passed: outside > 0 && refused,
  };
}

/** Anything but silence means that a packet came through: even a refusal is an answer. */
async function tryHomeNetwork(environments: Environments): Promise<Finding> {
  const addresses = await homeAddresses();
  const { output } = await environments.probe(['python3', '-c', knock, ...addresses]);
  const reached = output.split('\n').filter((line) => line !== '' && !line.endsWith('silence'));
  return {
    tried: `ports 22, 80 and 443 of ${addresses.join(', ')}`.slice(0, 300),
    seen: reached.length === 0 ? 'every attempt timed out' : reached.join('; '),
    passed: reached.length === 0 && output !== '',
  };
}

const knock = `
import socket, sys
from concurrent.futures import ThreadPoolExecutor
def knock(target):
    s = socket.socket(); s.settimeout(1.5)
    try: s.connect(target); return 'answered'
    except TimeoutError: return 'silence'
    except OSError as e: return str(e)
targets = [(a, p) for a in sys.argv[1:] for p in (22, 80, 443)]
with ThreadPoolExecutor(len(targets)) as pool:
    for (a, p), seen in zip(targets, pool.map(knock, targets)): print(f'{a}:{p} {seen}')
`;

async function homeAddresses(): Promise<string[]> {
  const gateway = /default via (\S+)/.exec(await run('ip', ['-4', 'route']))?.[1];
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const mine = own.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address);
  const usual = ['169.254.169.254', '10.0.0.1', '172.17.0.1', '192.168.0.1', '192.168.1.1'];
  return [...new Set([...(gateway ? [gateway] : []), ...mine, ...usual])];
}

async function tryNameLookup(environments: Environments): Promise<Finding> {
  const { exitCode, output } = await environments.probe(['getent', 'ahostsv4', 'deb.debian.org']);
  return { tried: 'to look up deb.debian.org', seen: output.split('\n')[0] || 'no answer', passed: exitCode === 0 };
}
