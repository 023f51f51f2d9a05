import { pool } from '../db/client.ts';
import { migrateDatabase } from '../db/migrate.ts';

await migrateDatabase();
await pool.end();
