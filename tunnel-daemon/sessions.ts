import type { Runtime } from './runtime.ts';

/**
 * A connection through HAProxy: its backend, our end of the connection to the server there, and the server's. Its id is
 * a place in memory, which the next connection takes over once it has ended; its number is its own.
 */
export type Session = { id: string; number: string; backend: string; localAddress: string; serverAddress: string };

/** All connections that HAProxy carries now. */
export async function listSessions(runtime: Runtime): Promise<Session[]> {
  return (await runtime.ask('show sess all')).split(/^(?=0x)/m).flatMap((block) => readSession(block) ?? []);
}

/** The connection that HAProxy tells of, or null when it is none to a server. */
export function readSession(details: string): Session | null {
  const [, id, number] = /^(0x[0-9a-f]+): \[.*?\] id=(\d+)/.exec(details) ?? [];
  const [, backend, localAddress = ''] = /^ +backend=(\S+)(?:.*? addr=(\S+))?/m.exec(details) ?? [];
  const serverAddress = /^ +server=\S+.*? addr=(\S+)/m.exec(details)?.[1] ?? '';
  return id && number && backend ? { id, number, backend, localAddress, serverAddress } : null;
}

/** Ends these connections on both sides; whoever has come to the place of one that has ended meanwhile stays. */
export async function cutSessions(runtime: Runtime, sessions: Session[]) {
  for (const { id, number } of sessions) {
    const there = readSession(await runtime.ask(`show sess ${id}`));
    if (there?.number === number) await runtime.ask(`shutdown session ${id}`);
  }
}
