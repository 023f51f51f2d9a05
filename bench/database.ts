import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../db/embedded.ts';

/** A place on disk with a PostgreSQL server of its own. */
export type BenchDatabase = { url: string; folder: string };

/** Runs `work` beside a PostgreSQL server that was made for it and leaves nothing behind. */
export async function withDatabase<Value>(work: (database: BenchDatabase) => Promise<Value>): Promise<Value> {
  // Another user than root runs its PostgreSQL, and /tmp may be memory.
  const folder = await mkdtemp(process.getuid?.() === 0 ? '/var/tmp/rpibroker-bench-' : '/tmp/rpibroker-bench-');
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres(join(folder, 'data'), join(folder, 'sockets'));
  try {
    return await work({ url: server.url, folder });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}
