import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { eq, sql } from 'drizzle-orm';
import { pino } from 'pino';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { requestPasswordReset, resetPassword, signUp, verifyEmail } from './accounts/commands.ts';
import { signIn } from './accounts/sign-in.ts';
import { authenticateAgent } from './agents/queries.ts';
import { announce, enrol, makeMarketDevice, makePerson, makeRelay } from './agents/testing.ts';
import { contract } from './contracts/agreement.ts';
import { listMails } from './mail/queries.ts';
import { rentDevice } from './rentals/commands.ts';
import { createSealer, type Sealer } from './secrets.ts';

const at = new Date();
const real = createSealer(['a secret of at least 32 characters']);
/** Everything that only its owner may ever read. */
const secrets = new Set<string>();
const sealer: Sealer = {
  ...real,
  seal(text, context) {
    if (context.includes('password')) secrets.add(text);
    return real.seal(text, context);
  },
};
const letterhead = { publicUrl: 'https://broker.example', sealer };
const secret = (text: string) => {
  secrets.add(text);
  return text;
};
const newAddress = () => `${randomUUID()}@example.test`;
const visitor = { address: '192.0.2.1', userAgent: '', at };

/** Everything of a life with a broker that handles secrets; somebody with this address has signed up before. */
async function journey(email: string) {
  const password = secret(`canary ${randomUUID()}`);
  const renterId = await makePerson({ credit: 1_000_000n });
  const { key } = await announce(await makePerson());
  const registered = await enrol(secret(key));
  const deviceToken = registered.ok ? secret(registered.value.deviceToken) : '';
  const deviceId = await makeMarketDevice(await makePerson(), { at });
  await signUp({ name: 'Canary', email, password, ...visitor, letterhead });
  await requestPasswordReset({ email, ...visitor, letterhead });
  const [token = '', resetToken = ''] = await tokensMailed(email);
  return [
    () => signUp({ name: 'Canary', email: `other.${email}`, password, ...visitor, letterhead }),
    () => requestPasswordReset({ email, ...visitor, letterhead }),
    () => verifyEmail({ token, at }),
    () => signIn({ email, password, ...visitor }),
    () => resetPassword({ token: resetToken, password, at, letterhead }),
    () => enrol(key),
    () => authenticateAgent(deviceToken),
    () => rentDevice({ deviceId, renterId, contractHash: contract.hash, rate: 10_000n, at, sealer }),
  ];
}

/** The tokens in the links of all letters to this address, the first letter's first. */
async function tokensMailed(email: string): Promise<string[]> {
  const letters = (await listMails(sealer)).filter(({ recipient }) => recipient === email).reverse();
  const bodies = letters.map(({ body }) => body ?? '');
  return bodies.flatMap((body) => [...body.matchAll(/token=([\w-]+)/g)].map(([, token = '']) => secret(token)));
}

const formsOf = (text: string) => [text, Buffer.from(text).toString('base64'), Buffer.from(text).toString('hex')];

function leaked(text: string): string[] {
  return [...secrets].filter((one) => formsOf(one).some((form) => text.includes(form)));
}

beforeAll(async () => {
  await makeRelay();
});

test('a dump of the database holds no secret of anybody, in whatever notation', async () => {
  const email = newAddress();
  for (const step of await journey(email)) await step();
  expect((await tokensMailed(email)).length).toBeGreaterThanOrEqual(2);
  expect(secrets.size).toBeGreaterThanOrEqual(6);

  const tables = await db.execute<{ name: string }>(
    sql`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not like 'pg_%'`,
  );
  const dump: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await db.execute<{ row: string }>(sql.raw(`select t::text as row from ${name} t`));
    dump.push(...rows.map(({ row }) => row));
  }
  expect(leaked([...secrets].map((one) => `x${one}x`).join())).toHaveLength(secrets.size);
  expect(dump.join('\n')).toContain(email);
  expect(leaked(dump.join('\n'))).toEqual([]);
});

test('what is logged when the database refuses to write holds no secret either', async () => {
  const email = newAddress();
  const steps = await journey(email);
  onTestFinished(async () => void (await db.execute(sql`drop function refuse cascade`)));
  await db.execute(sql`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'the disk is full: %', new; end $$`);
  const tables = await db.execute<{ name: string }>(
    sql`select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'rate_limits'`,
  );
  for (const { name } of tables.rows) {
    await db.execute(
      sql`create trigger refuse before insert or update on ${sql.identifier(name)} for each row execute function refuse()`,
    );
  }
  const logged: string[] = [];
  for (const step of steps) {
    await step().catch((error: Error) => {
      logged.push(JSON.stringify(pino.stdSerializers.err(error)), inspect(error, { depth: 10 }));
    });
  }
  expect(logged.length).toBeGreaterThanOrEqual(8);
  expect(leaked(logged.join('\n'))).toEqual([]);
  expect(await db.select().from(users).where(eq(users.email, email))).toHaveLength(1);
});
