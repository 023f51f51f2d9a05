import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pool } from './client.ts';

/** A process that wants to lead keeps asking this often, and a leader makes sure this often that it still leads. */
const PATIENCE_MS = 2000;

/** What only one process at a time may do; `lead` ends soon after its signal aborts. */
export type Leadership = {
  name: string;
  lead: (signal: AbortSignal) => Promise<unknown>;
  signal: AbortSignal;
  /** Hears why the lead could not be asked for, e.g. that the database is away; it is asked for again. */
  onError: (error: unknown) => void;
};

/**
 * Runs `lead` whenever this process is the one that holds the lock `name`, until `signal` aborts. The lock lives as
 * long as one connection: with a dead process or a lost connection it passes on within seconds.
 */
export async function leadAlone(leadership: Leadership): Promise<void> {
  const { signal, onError } = leadership;
  while (!signal.aborted) {
    await leadOnce(leadership).catch(onError);
    await sleep(PATIENCE_MS, undefined, { signal }).catch(() => {});
  }
}

async function leadOnce({ name, lead, signal }: Leadership) {
  const client = new pg.Client({ ...pool.options, query_timeout: 5000 });
  const lost = new AbortController();
  client.once('end', () => lost.abort());
  client.on('error', () => lost.abort());
  try {
    await client.connect();
    const { rows } = await client.query('select pg_try_advisory_lock(hashtext($1)) as leads', [name]);
    const leading = AbortSignal.any([signal, lost.signal]);
    // Who was told to stop while asking begins nothing: a signal that has aborted wakes nobody any more.
    if (!rows[0]?.leads || leading.aborted) return;

    await Promise.all([lead(leading), keepSure(client, lost, leading)]);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Gives up the lead when its connection no longer answers, as when a network swallows packets. */
async function keepSure(client: pg.Client, lost: AbortController, leading: AbortSignal) {
  while (!leading.aborted) {
    await client.query('select 1').catch(() => lost.abort());
    await sleep(PATIENCE_MS, undefined, { signal: leading }).catch(() => {});
  }
}
