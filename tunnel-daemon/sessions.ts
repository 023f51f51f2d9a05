import type { Runtime } from './runtime.ts';

/** A connection through HAProxy: its backend, our end of the connection to the server there, and the server's. */
export type Session = { id: string; backend: string; localAddress: string; serverAddress: string };

/** All connections that HAProxy carries now. */
export async function listSessions(runtime: Runtime): Promise<Session[]> {
  const dump = await runtime.ask('show sess all');
  return dump.split(/^(?=0x)/m).flatMap((block) => {
    const id = /^(0x[0-9a-f]+):/.exec(block)?.[1];
    const [, backend, localAddress = ''] = /^ +backend=(\S+)(?:.*? addr=(\S+))?/m.exec(block) ?? [];
    const serverAddress = /^ +server=\S+.*? addr=(\S+)/m.exec(block)?.[1] ?? '';
    return id && backend ? [{ id, backend, localAddress, serverAddress }] : [];
  });
}

/** Ends these connections on both sides. */
export async function cutSessions(runtime: Runtime, sessions: Pick<Session, 'id'>[]) {
  for (const { id } of sessions) await runtime.ask(`shutdown session ${id}`);
}
