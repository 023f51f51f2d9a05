import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inBatches } from '#lib/process/batches';
import type { Logger } from '#lib/process/log';
import { ENVIRONMENT_ADDRESS, forwards, type TunnelSpec } from '#lib/protocol/agent';
import type { Cell } from './cell.ts';
import { RUN_DIR } from './config.ts';
import type { Facts } from './facts.ts';
import { hasAes } from './hardware.ts';
import { Problem, sentenceOf } from './problem.ts';
import { logOf, run } from './programs.ts';

/** What a tunnel is made of: where it leads, and which key opens it. */
export type Tunnel = { spec: TunnelSpec; keyFile: string; brokerUrl: string };

type Keeping = { specs: Cell<TunnelSpec | null>; keyFile: string; brokerUrl: string; facts: Facts; log: Logger };

const control = join(RUN_DIR, 'tunnel.sock');
const argumentsFile = join(RUN_DIR, 'tunnel.args');
const knownHosts = join(RUN_DIR, 'known_hosts');
const mostSecondsBetweenTries = 4;
/** The owner's own programs come first; and what waits for a processor a little longer carries more at a time. */
const niceness = 2;

/** Keeps the tunnel open that `specs` names, until `signal`; the ssh program itself goes on without us. */
export async function keepTunnel({ specs, keyFile, brokerUrl, facts, log }: Keeping, signal: AbortSignal) {
  for (let failures = 0; !signal.aborted; ) {
    const spec = specs.read();
    if (spec === null) {
      await specs.changedFrom(spec, signal);
      continue;
    }
    try {
      const pid = await connectOnce({ spec, keyFile, brokerUrl });
      failures = 0;
      log.info({ relay: spec.host, pid }, 'tunnel is up');
      facts.write({ tunnelUp: true, tunnelProblem: null });
      await untilEnded(pid, { specs, spec }, signal);
      if (signal.aborted) return;
      facts.write({ tunnelUp: false, tunnelProblem: 'The connection to the relay was lost.' });
    } catch (error) {
      facts.write({ tunnelUp: false, tunnelProblem: sentenceOf(error) });
      log.warn({ problem: sentenceOf(error) }, 'tunnel could not be opened');
      await sleep(1000 * waitAfter(sentenceOf(error), failures++), undefined, { signal }).catch(() => {});
    }
  }
}

/** Ends the tunnel, where there is one. */
export async function closeTunnel(): Promise<void> {
  await run('ssh', ['-S', control, '-O', 'exit', 'relay']).catch(() => {});
}

/** Seconds until the next try. A refused forward means that our old listener still stands: it falls any moment. */
export function waitAfter(problem: string, failures: number, chance = Math.random()): number {
  if (problem.includes('remote port forwarding failed')) return 1;
  return Math.min(mostSecondsBetweenTries, 0.5 * 2 ** failures) * (0.5 + chance / 2);
}

/** One attempt: the process id of an ssh whose forwards all stand, be it new or left by an earlier Node program. */
async function connectOnce(tunnel: Tunnel): Promise<number> {
  const wanted = sshArguments(tunnel);
  const running = await masterPid();
  if (running !== null) {
    if (readFileSync(argumentsFile, 'utf8') === wanted.join('\n')) return running;
    await closeTunnel();
  }
  // After a power cut the old socket is still there and would keep the new program from making its own.
  rmSync(control, { force: true });
  mkdirSync(RUN_DIR, { recursive: true });
  writeFileSync(knownHosts, `relay ${tunnel.spec.hostKey}\n`);
  writeFileSync(argumentsFile, wanted.join('\n'));
  const log = openSync(logOf('tunnel'), 'w');
  // With -f and ExitOnForwardFailure the program leaves for the background exactly when all forwards stand.
  const { command, args } = inBatches('nice', ['-n', String(niceness), 'ssh', '-f', ...wanted]);
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] });
  const [code] = await once(child, 'exit');
  const pid = code === 0 ? await masterPid() : null;
  if (pid === null) throw new Problem(readFileSync(logOf('tunnel'), 'utf8').trim().slice(-400) || 'ssh said nothing');
  return pid;
}

/** The whole command line. The relay's key is pinned, so the name that it is reached by does not matter. */
export function sshArguments({ spec, keyFile, brokerUrl }: Tunnel, aes = hasAes()): string[] {
  const ciphers = ['aes128-gcm@openssh.com', 'chacha20-poly1305@openssh.com'];
  const options = {
    BatchMode: 'yes',
    Ciphers: (aes ? ciphers : ciphers.reverse()).join(','),
    ConnectTimeout: 6,
    ControlMaster: 'yes',
    ControlPath: control,
    ControlPersist: 'no',
    ExitOnForwardFailure: 'yes',
    HostKeyAlias: 'relay',
    IdentitiesOnly: 'yes',
    IdentityFile: keyFile,
    ServerAliveCountMax: 3,
    ServerAliveInterval: 5,
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: knownHosts,
  };
  return [
    ...['-N', '-T', '-F', 'none', '-p', String(spec.port), '-l', spec.user],
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...forwards.flatMap(({ listen, target }) => ['-R', `${spec.address}:${listen}:${ENVIRONMENT_ADDRESS}:${target}`]),
    reachableHost(spec.host, brokerUrl),
  ];
}

/** A relay on loopback is on the broker's own machine, which this container knows by another name. */
export function reachableHost(host: string, brokerUrl: string): string {
  return /^(localhost|127\.|::1)/.test(host) ? new URL(brokerUrl).hostname : host;
}

async function masterPid(): Promise<number | null> {
  const said = await run('sh', ['-c', 'ssh -S "$0" -O check relay 2>&1', control]).catch(() => '');
  const [, pid] = /pid=(\d+)/.exec(said) ?? [];
  return pid ? Number(pid) : null;
}

/** Waits for the end of a process that is not our child, or for another tunnel to be wanted. */
async function untilEnded(
  pid: number,
  { specs, spec }: Pick<Keeping, 'specs'> & { spec: TunnelSpec },
  signal: AbortSignal,
) {
  const ended = new AbortController();
  const watcher = spawn('tail', ['--pid', String(pid), '-s', '0.2', '-f', '/dev/null'], { stdio: 'ignore' });
  await Promise.race([once(watcher, 'exit'), specs.changedFrom(spec, AbortSignal.any([signal, ended.signal]))]);
  ended.abort();
  watcher.kill();
}
