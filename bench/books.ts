import { pool } from '../db/client.ts';
import { checkInvariants } from '../lib/ledger/invariants.ts';

// Prints the promises of the books that do not hold, and how many deadlocks this database has had.
const broken = (await checkInvariants()).filter(({ ok }) => !ok);
const { rows } = await pool.query('select deadlocks from pg_stat_database where datname = current_database()');
await pool.end();
process.stdout.write(JSON.stringify({ broken, deadlocks: Number(rows[0].deadlocks) }));
