import { runScript } from '../scripts/local/programs.ts';
import { withDatabase } from './database.ts';
import type { Figure } from './figure.ts';
import { median } from './quantiles.ts';

const TRIES = 50;
const people = { known: 'known@example.com', unknown: 'unknown@example.com' };

/** How long a refused sign-in takes for an address that has an account, beside one that has none. */
export async function measureAnswers(): Promise<Figure[]> {
  return withDatabase(async ({ url: DATABASE_URL }) =>
    // A process of its own, because a process has one database.
    JSON.parse(await runScript({ DATABASE_URL }, import.meta.filename)),
  );
}

async function measureHere(): Promise<Figure[]> {
  const { migrateDatabase } = await import('../db/migrate.ts');
  const { db, pool } = await import('../db/client.ts');
  const { users } = await import('../db/schema/accounts.ts');
  const { hashPassword } = await import('../lib/accounts/passwords.ts');
  await migrateDatabase();
  await db
    .insert(users)
    .values({ email: people.known, name: 'Known', passwordHash: await hashPassword('the password') });
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = 0; round < TRIES; round++) {
    known.push(await refusal(people.known, round));
    unknown.push(await refusal(people.unknown, round));
  }
  await pool.end();

  const ratio = median(known) / median(unknown);
  const times = `${median(known).toFixed(1)} ms and ${median(unknown).toFixed(1)} ms, medians of ${TRIES}`;
  const difference = { name: 'known or unknown address, difference', value: Math.abs(ratio - 1) * 100, unit: '%' };
  return [{ ...difference, comparedWith: times, ratio, target: { most: 10 } }];
}

/** The milliseconds until a wrong password is refused; each round is an hour later, so that no limit steps in. */
async function refusal(email: string, round: number): Promise<number> {
  const { signIn } = await import('../lib/accounts/sign-in.ts');
  const visitor = { address: '192.0.2.1', userAgent: 'bench', at: new Date(Date.UTC(2026, 0, 1, round)) };
  const before = performance.now();
  await signIn({ email, password: 'not the password', ...visitor });
  return performance.now() - before;
}

if (import.meta.main) process.stdout.write(JSON.stringify(await measureHere()));
