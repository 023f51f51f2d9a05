import { expect, test, vi } from 'vitest';
import { pool } from './client.ts';
import { leadAlone } from './leader.ts';

/** Somebody who wants to lead, and what may be seen of that. */
function candidate(name: string) {
  const [stopping, seen] = [new AbortController(), { leading: false, terms: 0 }];
  const lead = async (signal: AbortSignal) => {
    Object.assign(seen, { leading: true, terms: seen.terms + 1 });
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    seen.leading = false;
  };
  const ended = leadAlone({ name, lead, signal: stopping.signal, onError: () => {} });
  const stop = () => {
    stopping.abort();
    return ended;
  };
  return { seen, stop };
}

const soon = { timeout: 10_000 };
const leaders = (all: ReturnType<typeof candidate>[]) => all.filter(({ seen }) => seen.leading);

test('of several processes one leads, and another follows when it stops', async () => {
  const all = [candidate('stop'), candidate('stop')];
  await vi.waitFor(() => expect(leaders(all)).toHaveLength(1), soon);
  const [first] = leaders(all);
  await first?.stop();
  expect(first?.seen.leading).toBe(false);
  await vi.waitFor(() => expect(leaders(all)).toHaveLength(1), soon);
  expect(leaders(all)).not.toContain(first);
  await Promise.all(all.map(({ stop }) => stop()));
});

test('a process that is stopped while it asks whether it leads does not begin to', async () => {
  const late = candidate('late');
  await late.stop();
  expect(late.seen.terms).toBe(0);
});

test('a leader whose connection is cut stops leading, and somebody leads again within seconds', async () => {
  const all = [candidate('cut'), candidate('cut')];
  await vi.waitFor(() => expect(leaders(all)).toHaveLength(1), soon);
  await pool.query(`
    select pg_terminate_backend(pid) from pg_locks join pg_database on pg_database.oid = database
    where locktype = 'advisory' and datname = current_database()`);
  await vi.waitFor(() => expect(all.reduce((sum, { seen }) => sum + seen.terms, 0)).toBe(2), soon);
  expect(leaders(all)).toHaveLength(1);
  await Promise.all(all.map(({ stop }) => stop()));
});
