import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { db } from '#db/client';
import { atEveryStatement } from '../../db/testing/cuts.ts';
import { makePerson, sealer, start, tunnelKey } from '../agents/testing.ts';
import { subjectsTo } from '../payouts/testing.ts';
import { createSession } from '../sessions/commands.ts';
import { listSessions } from '../sessions/queries.ts';
import { addSshKey, MOST_KEYS, removeSshKey } from './commands.ts';
import { listSshKeys } from './queries.ts';

const guarded = (userId: string, sessionId: string = randomUUID()) => {
  return { userId, sessionId, at: start, letterhead: { publicUrl: 'https://broker.example', sealer } };
};

const add = (userId: string, publicKey: string, name = 'laptop') => addSshKey({ ...guarded(userId), name, publicKey });

test('a public key is kept without its comment, once', async () => {
  const userId = await makePerson();
  const key = tunnelKey();
  expect(await add(userId, `${key} me@laptop\n`, '')).toMatchObject({ ok: true });
  expect(await add(userId, key)).toEqual({ ok: false, reason: 'known' });
  expect(await listSshKeys(userId)).toMatchObject([{ publicKey: key, name: 'me@laptop', createdAt: start }]);
});

test('the comment of a key names it as it is written, whatever it is meant to do', async () => {
  const userId = await makePerson();
  const key = tunnelKey();
  const comment = `<img src=x onerror="alert(1)">`;
  await add(userId, `${key} ${comment}`, '');
  expect(await listSshKeys(userId)).toMatchObject([{ name: comment, publicKey: key }]);
});

test('two people may keep the same key, and neither can remove the other’s', async () => {
  const [one, other] = [await makePerson(), await makePerson()];
  const key = tunnelKey();
  await add(one, key);
  await add(other, key);
  const [kept] = await listSshKeys(one);
  const keyId = kept?.id ?? '';
  for (const target of [keyId, 'nonsense']) {
    expect(await removeSshKey({ ...guarded(other), keyId: target })).toEqual({ ok: false, reason: 'notFound' });
  }
  expect(await removeSshKey({ ...guarded(one), keyId })).toEqual({ ok: true, value: undefined });
  expect([await listSshKeys(one), (await listSshKeys(other)).length]).toEqual([[], 1]);
});

test('a private key is never stored', async () => {
  const userId = await makePerson();
  const text = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----';
  expect(await add(userId, text)).toEqual({ ok: false, reason: 'privateKey' });
  expect(await listSshKeys(userId)).toEqual([]);
});

test('nobody keeps more keys than are installed, not even by adding them at once', async () => {
  const userId = await makePerson();
  for (let kept = 0; kept < MOST_KEYS - 5; kept++) await add(userId, tunnelKey());
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => add(userId, tunnelKey())));
  expect(outcomes.filter((outcome) => !outcome.ok && outcome.reason === 'tooMany')).toHaveLength(5);
  expect(await listSshKeys(userId)).toHaveLength(MOST_KEYS);
});

async function signedInTwice() {
  const userId = await makePerson();
  const open = () => createSession(db, { userId, address: '192.0.2.1', userAgent: '', at: start });
  return { userId, here: await open(), elsewhere: await open() };
}

const openSessions = async (userId: string) => (await listSessions(userId, start)).map(({ id }) => id);

test('whoever adds or removes a key is written to, and signed in nowhere else', async () => {
  const { userId, here } = await signedInTwice();
  expect(await addSshKey({ ...guarded(userId, here), name: '', publicKey: tunnelKey() })).toMatchObject({ ok: true });
  expect(await openSessions(userId)).toEqual([here]);
  const [kept] = await listSshKeys(userId);
  await removeSshKey({ ...guarded(userId, here), keyId: kept?.id ?? '' });
  expect(await subjectsTo(userId)).toEqual(['An SSH key was added', 'An SSH key was removed']);
});

test('a broker that is killed while it keeps a key keeps none of which its owner does not hear', async () => {
  const statements = await atEveryStatement({
    scene: signedInTwice,
    work: ({ userId, here }) => addSshKey({ ...guarded(userId, here), name: '', publicKey: tunnelKey() }),
    goOn: async () => {},
    expectConverged: async ({ userId, here, elsewhere }) => {
      const keys = await listSshKeys(userId);
      expect(await subjectsTo(userId)).toHaveLength(keys.length);
      expect((await openSessions(userId)).sort()).toEqual(keys.length ? [here] : [here, elsewhere].sort());
    },
  });
  expect(statements).toBeGreaterThan(5);
});
