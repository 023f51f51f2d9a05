import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { beforeEach, expect, test, vi } from 'vitest';
import { db } from '#db/client';
import { sessions, sshKeys, users } from '#db/schema/accounts';
import { devices } from '#db/schema/devices';
import { payments, topUps, unapplied, webhookEvents } from '#db/schema/payments';
import { rentals } from '#db/schema/rentals';
import { hashPassword } from '#lib/accounts/passwords';
import { listUsers } from '#lib/accounts/queries';
import { makeRental, makeUser } from '#lib/metering/testing';
import { makeReceipt } from '#lib/papers/testing';
import { makeHeldPayout } from '#lib/payouts/testing';
import { createSealer, secretOf } from '#lib/secrets';
import { createSession } from '#lib/sessions/commands';
import { access, type Who } from '#lib/web/testing-access';
import { type ActionRule, actionRules, type Role, roles, type Targets } from '#lib/web/testing-actions';

const secret = 'a key of the tests that is long enough';
const ours = 'https://broker.example';
Object.assign(process.env, { BROKER_SECRETS: secret, PUBLIC_URL: ours });

// The edge that only a running Next has: which cookie a request carries, from where it comes, what is drawn anew.
const request = vi.hoisted(() => ({ sessionId: null as string | null, origin: '' }));
vi.mock('server-only', () => ({}));
vi.mock('next/cache', () => ({ revalidatePath: () => {} }));
vi.mock('next/headers', () => ({ headers: async () => new Headers({ origin: request.origin, 'x-path': '/here' }) }));
vi.mock('#lib/web/auth', () => ({
  sessionOfCookie: async () => request.sessionId,
  startSession: async () => ({ ok: false, reason: 'wrongPassword' }),
  leaveSession: async () => {},
  authRoutes: {},
}));

type Scene = Targets & { sessions: Record<Role, string | null> };
type Action = (...input: unknown[]) => Promise<unknown>;

const actions = new Map<string, Action>();
const freshActions: string[] = [];
for (const file of globSync('app/**/actions.ts')) {
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/(\w+) = freshAction\(/g)) freshActions.push(name);
  const exported = (await import(/* @vite-ignore */ join(process.cwd(), file))) as Record<string, Action>;
  for (const [name, action] of Object.entries(exported)) actions.set(name, action);
}
const rules = Object.entries(actionRules);

const passwordHash = await hashPassword('nobody knows this one');
let scene: Scene;
beforeEach(async () => {
  scene = await setScene();
});

async function setScene(): Promise<Scene> {
  const [renterA = '', renterB = '', ownerA = '', ownerB = '', admin = ''] = await Promise.all(
    Array.from({ length: 5 }, () => makeUser(10_000_000n)),
  );
  await db.update(users).set({ passwordHash });
  await db.update(users).set({ isAdmin: true }).where(eq(users.id, admin));
  const rentalId = await makeRental(renterA, { ownerId: ownerA });
  await makeRental(renterB, { ownerId: ownerB });
  const password = createSealer([secret]).seal('s3cret', secretOf.rental(rentalId));
  const [rental] = await db.update(rentals).set({ password }).where(eq(rentals.id, rentalId)).returning();
  const deviceId = rental?.deviceId ?? '';
  await db.update(devices).set({ state: 'rented' }).where(eq(devices.id, deviceId));
  const key = { userId: renterA, name: 'laptop', publicKey: 'ssh-ed25519 A', fingerprint: randomUUID() };
  const [kept] = await db.insert(sshKeys).values(key).returning();
  // Choosing a destination ends the sessions that there are.
  const payoutId = await makeHeldPayout(ownerA);
  const open = (userId: string) => createSession(db, { userId, address: '192.0.2.1', userAgent: '', at: new Date() });
  const people = { renterA, renterB, ownerA, ownerB, admin };
  const opened = await Promise.all(Object.entries(people).map(async ([role, id]) => [role, await open(id)] as const));
  const all = { anonymous: null, ...Object.fromEntries(opened) } as Scene['sessions'];
  return {
    userId: renterA,
    deviceId,
    rentalId,
    sessionId: await open(renterA),
    keyId: kept?.id ?? '',
    payoutId,
    paperId: await makeReceipt(renterA),
    ...(await addTopUp(renterA)),
    ...(await fillDesk()),
    sessions: all,
  };
}

/** A top-up that waits to be paid, of which a part has come. */
async function addTopUp(userId: string) {
  const row = { userId, provider: 'none', state: 'pending' as const, amount: 20_000_000n };
  const [topUp] = await db.insert(topUps).values(row).returning();
  const topUpId = topUp?.id ?? '';
  const came = { topUpId, reference: 'p1', currency: 'USD', received: 5_000_000n, credited: 5_000_000n };
  const [payment] = await db
    .insert(payments)
    .values({ ...came, at: new Date() })
    .returning();
  return { topUpId, paymentId: payment?.id ?? '' };
}

/** What waits at the money desk: an event that was given up, and money that nobody can be matched to. */
async function fillDesk() {
  const event = { provider: 'none', eventId: randomUUID(), type: 'paid', references: [], payoutKeys: [] };
  const [given] = await db
    .insert(webhookEvents)
    .values({ ...event, deadAt: new Date() })
    .returning();
  const row = { provider: 'none', reference: randomUUID(), reason: 'unknownTopUp', at: new Date() };
  const [found] = await db.insert(unapplied).values(row).returning();
  return { eventId: String(given?.id), unappliedId: found?.id ?? '' };
}

function come(role: Role, origin = ours) {
  Object.assign(request, { sessionId: scene.sessions[role], origin });
}

type Answer = 'done' | 'declined' | 'sent away' | 'not there';

/** What comes of asking: what Next would make of it. */
async function answerTo(ask: () => Promise<unknown>): Promise<Answer> {
  try {
    const said = (await ask()) as { message?: string; problems?: object; done?: boolean } | undefined;
    return said && !said.done && (said.message || said.problems) ? 'declined' : 'done';
  } catch (error) {
    const { digest = '' } = error as { digest?: string };
    if (digest.startsWith('NEXT_REDIRECT')) return /;\/(sign-in\?next|confirm)/.test(digest) ? 'sent away' : 'done';
    if (digest.endsWith(';404')) return 'not there';
    throw error;
  }
}

function take(name: string, { input, isQuestion }: ActionRule): Promise<Answer> {
  const action = actions.get(name);
  const given = input(scene);
  if (isQuestion) return answerTo(() => action?.(Object.values(given)[0]) ?? Promise.resolve());
  const form = new FormData();
  for (const [field, value] of Object.entries(given)) form.set(field, value);
  return answerTo(() => action?.({}, form) ?? Promise.resolve());
}

/** A digest of all that is stored, but for the record of attempts and the count of tries. */
async function stored(): Promise<string> {
  const tables = await db.execute<{ name: string }>(
    sql`select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('audit_log', 'rate_limits')`,
  );
  const digests = tables.rows.map(async ({ name }) => {
    const all = sql`select md5(string_agg(t::text, '|' order by t::text)) as digest from ${sql.identifier(name)} t`;
    return `${name} ${(await db.execute<{ digest: string }>(all)).rows[0]?.digest}`;
  });
  return (await Promise.all(digests)).sort().join('\n');
}

const allows = ({ who }: ActionRule, role: Role) =>
  who === 'visitor' || (who === 'member' ? role !== 'anonymous' : who === role);

async function prepare({ deviceState }: ActionRule) {
  if (deviceState) await db.update(devices).set({ state: deviceState }).where(eq(devices.id, scene.deviceId));
}

test('every action has a rule that says who may take it', () => {
  expect([...actions.keys()].sort()).toEqual(Object.keys(actionRules).sort());
});

test.each(rules)('%s changes nothing for those who may not', async (name, rule) => {
  await prepare(rule);
  const before = await stored();
  for (const role of roles.filter((role) => !allows(rule, role))) {
    come(role);
    expect(await take(name, rule), role).toBe(role === 'anonymous' ? 'sent away' : 'declined');
    expect(await stored(), role).toBe(before);
  }
});

test.each(rules.filter(([, { who }]) => who !== 'visitor'))('%s is there for those who may', async (name, rule) => {
  await prepare(rule);
  const role = rule.who === 'member' ? 'renterB' : (rule.who as Role);
  come(role);
  expect(await take(name, rule)).toBe(rule.answer ?? 'done');
});

test.each(rules)('%s is taken from no other site, and from nobody who does not say from where', async (name, rule) => {
  await prepare(rule);
  const before = await stored();
  for (const origin of ['', 'null', 'https://evil.example', `${ours}.evil.example`]) {
    come(rule.who === 'visitor' || rule.who === 'member' ? 'renterA' : rule.who, origin);
    await take(name, rule);
    expect(await stored(), origin).toBe(before);
  }
});

test.each(freshActions)('%s needs a password that was given within ten minutes', async (name) => {
  const rule = actionRules[name] as ActionRule;
  const ago = (minutes: number) =>
    db.update(sessions).set({ authenticatedAt: new Date(Date.now() - minutes * 60_000) });
  come('renterA');
  await ago(11);
  const before = await stored();
  expect(await take(name, rule)).toBe('sent away');
  expect(await stored()).toBe(before);
  await ago(9);
  expect(await take(name, rule)).toBe(rule.answer ?? 'done');
});

test('fields that a form does not have give nobody more than the form does', async () => {
  const ofA = async () => {
    const { userId } = scene;
    const own = [sessions, sshKeys].map((table) => db.select().from(table).where(eq(table.userId, userId)));
    const admins = db.select({ id: users.id }).from(users).where(eq(users.isAdmin, true)).orderBy(users.id);
    return JSON.stringify([
      await db.select().from(users).where(eq(users.id, userId)),
      ...(await Promise.all(own)),
      await admins,
    ]);
  };
  const before = await ofA();
  for (const name of ['changeNameAction', 'changePasswordAction', 'addSshKeyAction', 'endOtherSessionsAction']) {
    come('renterB');
    expect(await take(name, actionRules[name] as ActionRule)).toBe('done');
  }
  come('ownerB');
  expect(await take('registerDeviceAction', actionRules.registerDeviceAction as ActionRule)).toBe('done');
  expect(await db.select().from(devices).where(eq(devices.ownerId, scene.userId))).toEqual([]);
  expect(await ofA()).toBe(before);
});

test('a character that the database cannot keep is left out of forms and searches', async () => {
  come('renterB');
  const named: ActionRule = { who: 'member', input: () => ({ name: 'Mal\0lory' }) };
  expect(await take('changeNameAction', named)).toBe('done');
  expect((await listUsers({ search: 'Mal\0lory' })).users.length).toBeGreaterThan(0);
});

/** Who sees a page that shows something of A, where it is fewer than its kind of people. */
const seenBy: Record<string, Role[]> = {
  '(market)/devices/[deviceId]/page.tsx': [],
  '(member)/my/devices/[deviceId]/page.tsx': ['ownerA'],
  '(member)/rentals/[rentalId]/page.tsx': ['renterA', 'ownerA', 'admin'],
  '(member)/rentals/[rentalId]/proofs.csv/route.ts': ['renterA', 'ownerA', 'admin'],
  '(member)/wallet/top-ups/[topUpId]/page.tsx': ['renterA'],
  '(member)/wallet/papers/[paperId]/page.tsx': ['renterA', 'admin'],
  '(member)/wallet/papers/[paperId]/paper.csv/route.ts': ['renterA', 'admin'],
  '(member)/wallet/papers/[paperId]/paper.pdf/route.ts': ['renterA', 'admin'],
  'mailbox/page.tsx': [],
};
const kinds: Partial<Record<Who, Role[]>> = {
  visitor: [...roles],
  member: roles.filter((role) => role !== 'anonymous'),
  admin: ['admin'],
};
const shown = Object.keys(access).filter((file) => file.endsWith('page.tsx') || seenBy[file]);

test.each(shown)('%s shows what A has to those alone who may see it', async (file) => {
  const opened = await import(/* @vite-ignore */ join(process.cwd(), 'app', file));
  const props = { params: Promise.resolve(scene), searchParams: Promise.resolve({}) };
  for (const role of roles) {
    come(role);
    const answer = await answerTo(async () => {
      if (opened.default) return void (await opened.default(props));
      const { status } = await opened.GET(new Request(ours), props);
      return status === 200 ? undefined : { message: String(status) };
    });
    const may = (seenBy[file] ?? kinds[access[file] as Who] ?? []).includes(role);
    expect(answer === 'done', `${role}: ${answer}`).toBe(may);
  }
});
