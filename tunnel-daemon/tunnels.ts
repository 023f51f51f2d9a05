import type { Clock } from '../lib/process/clock.ts';
import type { Logger } from '../lib/process/log.ts';
import { forwards } from '../lib/protocol/agent.ts';
import { recordDenial } from '../lib/relays/commands.ts';
import type { Guard } from './guard.ts';
import { listTcpSockets, type TcpSocket } from './kernel.ts';
import { EDGE_ADDRESS, SSHD_ADDRESS } from './loopback.ts';
import type { Roster } from './roster.ts';
import type { Runtime } from './runtime.ts';
import { cutSessions, listSessions } from './sessions.ts';
import { parseSshdLine, readLog, type SshdEvent } from './sshd-log.ts';

const SSH_LISTENER = forwards[0].listen;

/** Who is signed in, and which devices can be reached through their tunnels. */
export type Tunnels = {
  /**
   * Looks at sshd's log and the kernel's sockets, and ends sessions that may no longer be; answers who can be reached,
   * or null while nobody knows yet whose the listeners are.
   */
  look(): Promise<Set<string> | null>;
};

type TunnelOptions = {
  sshdPort: number;
  sshdLog: string;
  runtime: Runtime;
  roster: Roster;
  guard: Guard;
  clock: Clock;
  log: Logger;
};
type SignedIn = { port: number; fingerprint: string; line: string };

/** The tunnels that end at the sshd behind `sshdPort`. */
export function watchTunnels(options: TunnelOptions): Tunnels {
  const { sshdPort, sshdLog, runtime, roster, log } = options;
  const reader = readLog(sshdLog);
  const signedIn = new Map<number, SignedIn>();
  const note = (event: SshdEvent | null) => {
    if (event?.kind !== 'accepted') return;
    // The same port means a new connection: its place is at the end, with the youngest.
    signedIn.delete(event.port);
    signedIn.set(event.port, event);
  };
  const history = { read: false };

  return {
    async look() {
      const known = [...signedIn.values()];
      // Before the log: what a connection that is gone by now has done is all in there, and is still told of it.
      const sockets = await listTcpSockets();
      const events = (await reader.readNew()).map(parseSshdLine);
      events.forEach(note);
      const denied = denials(events, signedIn);
      if (!history.read) forget(signedIn, gone([...signedIn.values()], await listTcpSockets(), sshdPort));

      const unwanted = [...older(signedIn), ...(await revoked(signedIn, roster))];
      if (unwanted.length > 0) await cutTunnels(runtime, { sshdPort, unwanted, log });
      // Only now: a device whose listeners were still held has left again, and is to find them free when it comes back.
      forget(signedIn, gone(known, sockets, sshdPort));
      // What happened before this daemon's time has had its consequences.
      if (history.read) {
        await tellGuard(options, events);
        await tellDenials(options, denied);
      }
      history.read = true;
      await reader.shorten(() => [...signedIn.values()].map(({ line }) => line));
      return roster.isRead() ? devicesUp(sockets, roster) : null;
    },
  };
}

function gone(sessions: SignedIn[], sockets: TcpSocket[], sshdPort: number): SignedIn[] {
  const alive = new Set(
    sockets.filter(({ state, port }) => state === 'established' && port === sshdPort).map((s) => s.remotePort),
  );
  return sessions.filter(({ port }) => !alive.has(port));
}

function forget(signedIn: Map<number, SignedIn>, sessions: SignedIn[]) {
  // Meanwhile somebody else may have come from the same port.
  for (const session of sessions) if (signedIn.get(session.port) === session) signedIn.delete(session.port);
}

/** Sessions of a key that has signed in once more since: they hold the listeners that the new one asks for. */
function older(signedIn: Map<number, SignedIn>): SignedIn[] {
  const newest = new Map([...signedIn.values()].map((session) => [session.fingerprint, session.port]));
  return [...signedIn.values()].filter(({ fingerprint, port }) => newest.get(fingerprint) !== port);
}

/** Sessions of devices that may not be here any more. The roster can be older than a device; the database decides. */
async function revoked(signedIn: Map<number, SignedIn>, roster: Roster): Promise<SignedIn[]> {
  const suspects = [...signedIn.values()].filter(({ fingerprint }) => !roster.isAllowed(fingerprint));
  const answers = await Promise.all(suspects.map(({ fingerprint }) => roster.find(fingerprint).catch(() => 'unknown')));
  return suspects.filter((_, index) => answers[index] === null);
}

type Cut = { sshdPort: number; unwanted: SignedIn[]; log: Logger };

async function cutTunnels(runtime: Runtime, { sshdPort, unwanted, log }: Cut) {
  const ends = new Set(unwanted.map(({ port }) => `${EDGE_ADDRESS}:${port}`));
  const sessions = await listSessions(runtime);
  const server = `${SSHD_ADDRESS}:${sshdPort}`;
  await cutSessions(
    runtime,
    sessions.filter(({ localAddress, serverAddress }) => serverAddress === server && ends.has(localAddress)),
  );
  for (const { fingerprint, port } of unwanted) log.info({ fingerprint, port }, 'tunnel session ended');
}

async function tellGuard({ guard, clock }: TunnelOptions, events: (SshdEvent | null)[]) {
  for (const event of events) {
    if (event?.kind === 'accepted') await guard.succeeded(event.port);
    if (event?.kind === 'failed') await guard.failed(event.port, clock.now());
  }
}

type Denial = { fingerprint: string; port: number; asked: string };

/** The last thing that each signed-in device asked for and was not given. */
function denials(events: (SshdEvent | null)[], signedIn: Map<number, SignedIn>): Denial[] {
  const last = new Map<string, Denial>();
  for (const event of events) {
    if (event?.kind !== 'denied') continue;
    const { port, asked } = event;
    const fingerprint = signedIn.get(port)?.fingerprint;
    if (fingerprint) last.set(fingerprint, { fingerprint, port, asked });
  }
  return [...last.values()];
}

async function tellDenials({ roster, guard, clock, log }: TunnelOptions, denied: Denial[]) {
  for (const { fingerprint, port, asked } of denied) {
    log.warn({ fingerprint, asked }, 'a device asked for what is not its own');
    const device = await roster.find(fingerprint);
    if (!device) continue;
    await recordDenial({ deviceId: device.deviceId, asked, address: guard.sourceOf(port), at: clock.now() });
  }
}

function devicesUp(sockets: TcpSocket[], roster: Roster): Set<string> {
  const listening = sockets.filter(({ state, port }) => state === 'listening' && port === SSH_LISTENER);
  return new Set(listening.flatMap(({ address }) => roster.at(address)?.deviceId ?? []));
}
