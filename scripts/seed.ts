import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { count } from 'drizzle-orm';
import { db, pool } from '../db/client.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { scatterDeviceNumbers } from '../db/scatter.ts';
import { users } from '../db/schema/accounts.ts';
import { hashPassword } from '../lib/accounts/passwords.ts';

// Local mode's database: the newest schema and, while it is empty, three people whose passwords the file given keeps.
const [file = ''] = process.argv.slice(2);
await migrateDatabase();
const [found] = await db.select({ people: count() }).from(users);
if (found?.people === 0) {
  await db.execute(scatterDeviceNumbers());
  await writeFile(file, JSON.stringify(await seedPeople()), { mode: 0o600 });
}
process.stdout.write(await readFile(file, 'utf8'));
await pool.end();

async function seedPeople() {
  const people = ['admin', 'owner', 'renter'].map((role) => ({
    role,
    email: `${role}@rpibroker.localhost`,
    password: randomBytes(12).toString('base64url'),
  }));
  for (const { role, email, password } of people) {
    const name = `${role[0]?.toUpperCase()}${role.slice(1)}`;
    const passwordHash = await hashPassword(password);
    await db
      .insert(users)
      .values({ email, name, passwordHash, isAdmin: role === 'admin', emailVerifiedAt: new Date() });
  }
  return people;
}
