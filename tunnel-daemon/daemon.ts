import { join } from 'node:path';
import { readClock } from '../lib/clock.ts';
import { UpstreamError } from '../lib/errors.ts';
import { createClock } from '../lib/process/clock.ts';
import type { Logger } from '../lib/process/log.ts';
import { findTunnelDevice, watchRelay } from '../lib/relays/queries.ts';
import type { DaemonSettings } from './config.ts';
import { createGuard } from './guard.ts';
import { startKeyServer } from './keys.ts';
import { closeLoopback } from './loopback.ts';
import { prepareRelay } from './prepare.ts';
import { keepProgram } from './programs.ts';
import { createProver } from './prover.ts';
import { reconcile } from './reconcile.ts';
import { createRoster } from './roster.ts';
import { startRounds } from './rounds.ts';
import { keepRoutes } from './routes.ts';
import { openRuntime } from './runtime.ts';
import { endSilentCalls } from './silence.ts';
import { createTunnelNews } from './tunnel-news.ts';
import { watchTunnels } from './tunnels.ts';
import { createVerifier } from './verifier.ts';

/** A running daemon: `drain` leaves sshd and HAProxy to the next one, `stop` ends them too. */
export type Daemon = { authority: string | null; drain(): Promise<void>; stop(): Promise<void> };

/** Starts everything that a relay needs. */
export async function startDaemon(settings: DaemonSettings, log: Logger): Promise<Daemon> {
  const { RUN_FOLDER, SSHD_PORT, LISTEN_ADDRESS, RECONCILE_SECONDS, PROVE_SECONDS } = settings;
  const { account, certificate, facts, keySocket, programs } = await prepareRelay(settings, log);
  const stopping = new AbortController();
  const { signal } = stopping;

  const relay: { id: string | null } = { id: null };
  const clock = createClock(readClock);
  const roster = createRoster(async (fingerprint) => {
    if (relay.id === null) throw new UpstreamError('database', 'not reached yet', { retryable: true });
    return findTunnelDevice(relay.id, fingerprint);
  });
  const keys = await startKeyServer({ socket: keySocket, account, find: roster.find });
  const sshd = await keepProgram(programs.sshd, RUN_FOLDER, log);
  const haproxy = await keepProgram(programs.haproxy, RUN_FOLDER, log);

  const runtime = openRuntime(join(RUN_FOLDER, 'haproxy.sock'));
  await runtime.ready();
  const guard = createGuard(runtime, log);
  const tunnels = watchTunnels({ sshdPort: SSHD_PORT, sshdLog: sshd.logFile, runtime, roster, guard, clock, log });
  const news = createTunnelNews(relay, clock);
  const host = LISTEN_ADDRESS === '0.0.0.0' ? '127.0.0.1' : LISTEN_ADDRESS;
  const prover = createProver({ host, clock, log, signal });
  const parts = { facts, relay, clock, roster, prover, routes: keepRoutes(runtime, RUN_FOLDER) };
  const verifier = createVerifier({ clock, log });

  const loop = (name: string, seconds: number, work: () => Promise<void>) =>
    startRounds(seconds, work, { signal, onError: (error) => log.warn({ err: error, loop: name }, 'round failed') });
  const up: { devices: Set<string> | null } = { devices: null };
  const reconciling = loop('reconcile', RECONCILE_SECONDS, () => reconcile({ ...parts, verifier }));
  const loops = [
    reconciling,
    loop('arrivals', 0.5, () => guard.listen(signal)),
    loop('tunnels', 0.5, async () => {
      up.devices = await tunnels.look();
    }),
    loop('news', 0.5, async () => {
      if (up.devices && (await news.tell(up.devices)) === 'told') reconciling.wake();
    }),
    loop('silence', 1, () => endSilentCalls(runtime)),
    loop('proofs', PROVE_SECONDS, prover.round),
  ];
  const unwatch = watchRelay(reconciling.wake);

  const drain = async () => {
    stopping.abort();
    await Promise.all([...loops.map(({ finished }) => finished), unwatch(), keys.stop()]);
    await Promise.all([sshd.release(), haproxy.release()]);
  };
  return {
    authority: certificate.authority,
    drain,
    async stop() {
      await drain();
      await haproxy.stop();
      await sshd.stop();
      await closeLoopback();
    },
  };
}
