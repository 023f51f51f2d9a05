import { afterAll, beforeAll, expect, test } from 'vitest';
import { changes } from '#db/changes';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { devices } from '#db/schema/devices';
import { createSession, endSession } from '#lib/sessions/commands';
import { findSession, type Member } from '#lib/sessions/queries';
import { type LiveTopic, liveStream, liveTopic, sourceOf } from './live.ts';

const people: Record<string, Member> = {};
const device = { id: '' };

beforeAll(async () => {
  for (const name of ['owner', 'stranger', 'admin']) people[name] = await signedIn(name);
  const offer = {
    ownerId: people.owner?.id ?? '',
    name: 'pi',
    country: 'DE',
    rate: 1000n,
    diskGigabytes: 8,
    listed: true,
  };
  const [row] = await db.insert(devices).values(offer).returning();
  device.id = row?.id ?? '';
});
afterAll(() => changes().close());

async function signedIn(name: string): Promise<Member> {
  const person = { email: `${name}@example.com`, name, passwordHash: '', isAdmin: name === 'admin' };
  const [user] = await db.insert(users).values(person).returning();
  const at = new Date();
  const sessionId = await createSession(db, { userId: user?.id ?? '', address: '192.0.2.1', userAgent: '', at });
  return (await findSession(sessionId, at)) as Member;
}

const hears = async (topic: LiveTopic, name: string) => (await sourceOf(topic, people[name] ?? null)) !== null;

test('a device that is not offered is heard by its owner and admins alone', async () => {
  const topic: LiveTopic = `device:${device.id}`;
  expect(await hears(topic, 'owner')).toBe(true);
  expect(await hears(topic, 'admin')).toBe(true);
  expect(await hears(topic, 'stranger')).toBe(false);
  expect(await hears(topic, 'visitor')).toBe(false);
});

test('visitors hear of the market, and of nothing that belongs to somebody', async () => {
  expect(await hears('market', 'visitor')).toBe(true);
  for (const topic of ['devices', 'rentals', 'wallet'] as const) expect(await hears(topic, 'visitor')).toBe(false);
});

test.each(['', 'users', 'device:', 'device:1', 'rental:*', "device:' or 1=1", 'session:x'])(
  '%j is nothing that anybody could listen to',
  (topic) => {
    expect(liveTopic.safeParse(topic).success).toBe(false);
  },
);

test('a listener is told of each change, and no more once its session has ended', async () => {
  const owner = people.owner as Member;
  const source = await sourceOf(`device:${device.id}`, owner);
  if (!source) throw new TypeError('the owner hears of the device');
  const reader = liveStream(source, owner, new AbortController().signal).getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);

  expect(await next()).toContain('retry');
  // Told once when the listening connection stands, then at each change.
  expect(await next()).toContain('event: changed');
  await db.update(devices).set({ listed: false });
  expect(await next()).toContain('event: changed');

  await endSession({ sessionId: owner.sessionId, userId: owner.id, at: new Date() });
  expect((await reader.read()).done).toBe(true);
});
