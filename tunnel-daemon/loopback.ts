import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Logger } from '../lib/process/log.ts';

const run = promisify(execFile);

/** From where the daemon's proofs come, so that the limits for strangers do not count them. */
export const PROVER_ADDRESS = '127.63.0.1';

/** Where sshd waits behind HAProxy. */
export const SSHD_ADDRESS = '127.63.0.2';

/** From where HAProxy calls sshd and the devices' listeners. */
export const EDGE_ADDRESS = '127.63.0.3';

/** The relay's own places above, and the devices' listeners: 127.64.0.0/10. */
const ranges = ['127.63.0.0/24', '127.64.0.0/10'];

/**
 * Has bytes between HAProxy and sshd leave as they come, whatever congestion control the machine has. BBR, which many
 * servers use, paces each of these hops to a bandwidth that it thinks it has found; within a machine there is none to
 * find. Only an administrator of the network may set it (ip-route(8), congctl); without that right all works, slower.
 */
export async function openLoopback(log: Logger): Promise<void> {
  for (const range of ranges) {
    await route('replace', range, 'congctl', 'reno').catch((error) =>
      log.info({ err: error, range }, 'bytes on loopback are paced as the machine paces all'),
    );
  }
}

/** Takes that back, as far as it was set. */
export async function closeLoopback(): Promise<void> {
  for (const range of ranges) await route('del', range).catch(() => {});
}

function route(verb: 'replace' | 'del', range: string, ...more: string[]) {
  return run('ip', ['route', verb, 'local', range, 'dev', 'lo', 'table', 'local', ...more]);
}
