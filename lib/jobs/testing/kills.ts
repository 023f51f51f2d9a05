import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { build } from 'esbuild';
import pg from 'pg';
import { expect } from 'vitest';
import { db } from '#db/client';
import { type Held, openGate } from '../../payments/testing/gate.ts';

/** Where a broker is killed: before its first write to a table, or around a call to its provider. */
export type Step = `it writes ${string}` | `${'it asks' | 'it hears of'} ${string}`;

/** What a broker does when it is killed, with what it is told about it. */
export type Work = { name: string; at: Date; details?: object };

/** The program in one file: of so short a life, five sixths would be finding and compiling its thousand files. */
const program = 'node_modules/.cache/doomed/main.mjs';
const bundled = build({
  entryPoints: [join(import.meta.dirname, 'doomed.ts')],
  outfile: program,
  bundle: true,
  platform: 'node',
  format: 'esm',
  banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
});

/** Has a process of its own do `work` with these settings, and ends it by SIGKILL when it comes to `step`, which it must. */
export async function killBefore(step: Step, work: Work, settings: { STRIPE_URL: string } & Record<string, string>) {
  const gate = await openGate(settings.STRIPE_URL);
  const table = /^it writes (.+)$/.exec(step)?.[1];
  const block = table ? await blockWrites(table) : null;
  await bundled;
  const reached = block ? block.reached : gate.hold(heldBy(step));

  const broker = start(work, { ...settings, STRIPE_URL: gate.url });
  const ended = once(broker, 'exit').then(() => 'ended by itself');
  const end = await Promise.race([reached.then(() => 'reached'), ended]);
  broker.kill('SIGKILL');
  await ended;
  await block?.release();
  await gate.close();
  expect(end, `${work.name} before ${step}`).toBe('reached');
}

function heldBy(step: Step): Held {
  const [, word, call = ''] = /^it (asks|hears of) (.+)$/.exec(step) ?? [];
  return { call, moment: word === 'asks' ? 'unasked' : 'unheard' };
}

function start({ name, at, details }: Work, settings: Record<string, string>): ChildProcess {
  const asText = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);
  const args = [program, name, at.toISOString(), JSON.stringify(details ?? {}, asText)];
  const env = { ...process.env, ...settings, PGAPPNAME: 'doomed' };
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Lets everybody read a table and nobody write to it; `reached` is when the doomed process wants to. */
async function blockWrites(table: string) {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(`begin; lock table ${client.escapeIdentifier(table)} in share mode`);
  const over = new AbortController();
  return {
    reached: until(async () => (await listDoomed()).includes('Lock'), over.signal),
    /** Resolves when the server has noticed that the process is gone, and has undone what it had begun. */
    async release() {
      over.abort();
      await client.end();
      await until(async () => (await listDoomed()).length === 0);
    },
  };
}

/** What each connection of the doomed process waits for; null for those that wait for nothing. */
async function listDoomed() {
  const { rows } = await db.execute<{ waits: string | null }>(sql`
    select wait_event_type as waits from pg_stat_activity
    where application_name = 'doomed' and datname = current_database()`);
  return rows.map(({ waits }) => waits);
}

async function until(holds: () => Promise<boolean>, signal?: AbortSignal) {
  while (!(await holds()) && !signal?.aborted) await sleep(10);
}
