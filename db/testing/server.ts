import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../embedded.ts';

// The global set-up of the database tests: one server for the run, with a migrated template that test files clone.
export default async function setup(project: TestProject) {
  const folder = await mkdtemp(process.getuid?.() === 0 ? '/var/tmp/rpibroker-test-' : '/tmp/rpibroker-test-');
  await promisify(execFile)('chmod', ['755', folder]);
  const server = await startEmbeddedPostgres(join(folder, 'data'), join(folder, 'sockets'));
  await makeTemplate(server.url);
  project.provide('postgresUrl', server.url);

  return async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  };
}

async function makeTemplate(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // A test that commits would mostly wait for the disk, and nobody reads what it wrote after the machine has crashed.
  await client.query('alter system set fsync = off');
  await client.query('select pg_reload_conf()');
  await client.query('create database rpibroker_template');
  await client.end();

  const template = new URL(url);
  template.pathname = '/rpibroker_template';
  process.env.DATABASE_URL = template.href;
  const [{ migrateDatabase }, { pool }] = await Promise.all([import('../migrate.ts'), import('../client.ts')]);
  await migrateDatabase();
  await pool.end();
}
