import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pool } from './client.ts';

/** The channels of `NOTIFY`: one a noun, with the row's id as payload; of money the person's. */
export const channels = ['device', 'rental', 'session', 'mail', 'payout', 'money'] as const;
export type Channel = (typeof channels)[number];

type Listener = (id: string) => void;

/** Hears of changes in the database. Hints only: after a reconnection everybody is told, because some were missed. */
export type Changes = {
  /** Calls `listener` when the row `id` (or any row, for `*`) changes; answers how to stop that. */
  subscribe(channel: Channel, id: string, listener: Listener): () => void;
  close(): Promise<void>;
};

/** Opens one connection that listens on all channels and stays open, reconnecting every second while it cannot. */
export function openChanges(): Changes {
  const listeners = new Map<string, Set<Listener>>();
  const stopping = new AbortController();
  const tell = (key: string, id: string) => {
    for (const listener of [...(listeners.get(key) ?? [])]) listener(id);
  };
  const tellAll = () => {
    for (const [key, all] of listeners) for (const listener of [...all]) listener(key.slice(key.indexOf(':') + 1));
  };
  const heard = ({ channel, payload = '' }: pg.Notification) => {
    tell(`${channel}:${payload}`, payload);
    tell(`${channel}:*`, payload);
  };
  const connected = keepListening(heard, tellAll, stopping.signal);

  return {
    subscribe(channel, id, listener) {
      const key = `${channel}:${id}`;
      const all = listeners.get(key) ?? new Set();
      listeners.set(key, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0) listeners.delete(key);
      };
    },
    async close() {
      stopping.abort();
      await connected;
    },
  };
}

async function keepListening(heard: (n: pg.Notification) => void, reconnected: () => void, signal: AbortSignal) {
  while (!signal.aborted) {
    await listenOnce(heard, reconnected, signal).catch(() => {});
    await sleep(1000, undefined, { signal }).catch(() => {});
  }
}

/** Resolves when the connection is lost or `signal` aborts. */
async function listenOnce(heard: (n: pg.Notification) => void, connected: () => void, signal: AbortSignal) {
  const client = new pg.Client({ ...pool.options, keepAlive: true });
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  client.on('error', () => {});
  client.on('notification', heard);
  try {
    await client.connect();
    for (const channel of channels) await client.query(`listen ${channel}`);
    connected();
    await Promise.race([ended, aborted(signal)]);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Resolves when `signal` aborts; at once when it already has, which fires no event any more. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const held = globalThis as typeof globalThis & { rpibrokerChanges?: Changes };

/** The listener of this process, opened at its first use. */
export function changes(): Changes {
  held.rpibrokerChanges ??= openChanges();
  return held.rpibrokerChanges;
}
