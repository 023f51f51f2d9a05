import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { scatterDeviceNumbers } from '../scatter.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

// A set-up file of vitest: gives each test file its own clone of the migrated template, before anything opens the pool.
const url = new URL(inject('postgresUrl'));
const name = `test_${randomUUID().replaceAll('-', '')}`;

await onServer(`create database ${name} template rpibroker_template strategy file_copy`);
url.pathname = `/${name}`;
process.env.DATABASE_URL = url.href;
const { db } = await import('../client.ts');
await db.execute(scatterDeviceNumbers());

afterAll(async () => {
  const { pool } = await import('../client.ts');
  await pool.end();
  await onServer(`drop database ${name} with (force)`);
});

async function onServer(statement: string) {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  await client.query(statement);
  await client.end();
}
