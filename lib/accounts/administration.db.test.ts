import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { auditLog } from '#db/schema/admin';
import { devices } from '#db/schema/devices';
import { relays } from '#db/schema/relays';
import { findTunnelDevice } from '#lib/relays/queries';
import { createSealer } from '#lib/secrets';
import { createSession } from '#lib/sessions/commands';
import { findSession } from '#lib/sessions/queries';
import { createAdmin, setAdmin, suspendUser, unsuspendUser } from './administration.ts';
import { resetPassword } from './commands.ts';
import { findUser, listUsers } from './queries.ts';
import { signIn } from './sign-in.ts';

const at = new Date('2026-01-01T12:00:00Z');
const letterhead = {
  publicUrl: 'https://broker.example',
  sealer: createSealer(['a key of the tests that is long enough']),
};
const address = '192.0.2.1';

async function person(isAdmin = false): Promise<string> {
  const name = randomUUID();
  const [user] = await db
    .insert(users)
    .values({ email: `${name}@example.com`, name, passwordHash: '', isAdmin })
    .returning();
  return user?.id ?? '';
}

const actionsOn = async (userId: string) =>
  (await db.select().from(auditLog).where(eq(auditLog.objectId, userId)).orderBy(auditLog.id)).map(
    ({ action }) => action,
  );

test('the first admin gets a link for choosing a password, which works once', async () => {
  const email = `${randomUUID()}@example.com`;
  const token = (await createAdmin({ email, name: 'Boss', at })) ?? '';
  const choose = () => resetPassword({ token, password: 'a password of the boss', at, letterhead });
  expect(await choose()).toMatchObject({ ok: true });
  expect(await choose()).toMatchObject({ ok: false });
  const entered = await signIn({ email, password: 'a password of the boss', address, userAgent: '', at });
  expect(entered.ok && (await findSession(entered.value.sessionId, at))).toMatchObject({
    isAdmin: true,
    emailVerified: true,
  });
});

test('somebody with an account becomes an admin without a new password', async () => {
  const userId = await person();
  const { email, name } = (await findUser(userId)) ?? { email: '', name: '' };
  expect(await createAdmin({ email, name, at })).toBeNull();
  expect(await findUser(userId)).toMatchObject({ isAdmin: true });
});

test('suspending somebody ends every session at once and stands in the audit log, once', async () => {
  const [adminId, userId] = [await person(true), await person()];
  const sessionId = await createSession(db, { userId, address, userAgent: '', at });
  const suspend = () => suspendUser({ userId, adminId, address, at, reason: 'abuse' });
  expect(await suspend()).toMatchObject({ ok: true });
  expect(await suspend()).toMatchObject({ ok: true });
  expect(await findSession(sessionId, at)).toBeNull();

  await unsuspendUser({ userId, adminId, address, at });
  expect(await findSession(sessionId, at)).toBeNull();
  expect(await actionsOn(userId)).toEqual(['userSuspended', 'userUnsuspended']);
});

test('the relay lets no device of a suspended person in, until the suspension is lifted', async () => {
  const [adminId, userId] = [await person(true), await person()];
  const facts = { host: 'r', deviceHost: 'r', sshPort: 1, sshUser: 't', hostKey: 'k', rentDomain: 'd' };
  const ports = { httpPort: 2, httpsPort: 3, firstPort: 4, lastPort: 5 };
  const [relay] = await db
    .insert(relays)
    .values({ name: 'r', ...facts, ...ports })
    .returning();
  const offer = { ownerId: userId, name: 'pi', country: 'DE', rate: 1000n, diskGigabytes: 8, listed: true };
  const tunnel = { relayId: relay?.id ?? '', tunnelFingerprint: 'SHA256:x', tunnelPublicKey: 'ssh-ed25519 x' };
  await db.insert(devices).values({ ...offer, ...tunnel, state: 'ready' });
  const letIn = async () => (await findTunnelDevice(tunnel.relayId, 'SHA256:x')) !== null;

  expect(await letIn()).toBe(true);
  await suspendUser({ userId, adminId, address, at, reason: 'abuse' });
  expect(await letIn()).toBe(false);
  await unsuspendUser({ userId, adminId, address, at });
  expect(await letIn()).toBe(true);
});

test('admins neither suspend nor demote themselves', async () => {
  const adminId = await person(true);
  const oneself = { userId: adminId, adminId, address, at };
  expect(await suspendUser({ ...oneself, reason: 'oops' })).toEqual({ ok: false, reason: 'oneself' });
  expect(await setAdmin({ ...oneself, isAdmin: false })).toEqual({ ok: false, reason: 'oneself' });
  expect(await findUser(adminId)).toMatchObject({ isAdmin: true, suspendedAt: null });
});

test('what is no user is answered as not there', async () => {
  const adminId = await person(true);
  for (const userId of [randomUUID(), "' or 1=1"]) {
    const outcome = await setAdmin({ userId, adminId, address, at, isAdmin: true });
    expect(outcome).toEqual({ ok: false, reason: 'notFound' });
    expect(await findUser(userId)).toBeNull();
  }
});

test('a search finds users by a part of the address, taken literally', async () => {
  const { email = '' } = (await findUser(await person())) ?? {};
  expect((await listUsers({ search: email.slice(2, -2) })).users.map((user) => user.email)).toEqual([email]);
  expect((await listUsers({ search: '%' })).total).toBe(0);
});
