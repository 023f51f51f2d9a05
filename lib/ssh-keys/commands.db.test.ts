import { expect, test } from 'vitest';
import { makePerson, start, tunnelKey } from '../agents/testing.ts';
import { addSshKey, MOST_KEYS, removeSshKey } from './commands.ts';
import { listSshKeys } from './queries.ts';

const add = (userId: string, publicKey: string, name = 'laptop') => addSshKey({ userId, name, publicKey, at: start });

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
    expect(await removeSshKey({ keyId: target, userId: other })).toEqual({ ok: false, reason: 'notFound' });
  }
  expect(await removeSshKey({ keyId, userId: one })).toEqual({ ok: true, value: undefined });
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
  const outcomes = await Promise.all(Array.from({ length: MOST_KEYS + 5 }, () => add(userId, tunnelKey())));
  expect(outcomes.filter((outcome) => !outcome.ok && outcome.reason === 'tooMany')).toHaveLength(5);
  expect(await listSshKeys(userId)).toHaveLength(MOST_KEYS);
});
