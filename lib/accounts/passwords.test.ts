import { argon2Sync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts';

test('a password is kept as argon2id with at least 19 MiB and two passes', async () => {
  const stored = await hashPassword('correct horse battery');
  const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$[\w+/]{22}\$[\w+/]{43}$/.exec(stored) ?? [];
  expect(Number(memory)).toBeGreaterThanOrEqual(19_456);
  expect(Number(passes)).toBeGreaterThanOrEqual(2);
  expect(await hashPassword('correct horse battery')).not.toBe(stored);
});

test('only the same password is right, however its letters were composed', async () => {
  const stored = await hashPassword('pässword under test');
  expect(await verifyPassword('pa\u0308ssword under test', stored)).toBe(true);
  expect(await verifyPassword('password under test', stored)).toBe(false);
  expect(await verifyPassword('pässword under test', null)).toBe(false);
});

test('a hash made with less effort is still right, and known to be outdated', async () => {
  const nonce = randomBytes(16);
  const weak = { message: 'correct horse battery', nonce, memory: 4096, passes: 1, parallelism: 1, tagLength: 32 };
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  const stored = `$argon2id$v=19$m=4096,t=1,p=1$${text(nonce)}$${text(argon2Sync('argon2id', weak))}`;
  expect(await verifyPassword('correct horse battery', stored)).toBe(true);
  expect(isOutdated(stored)).toBe(true);
  expect(isOutdated(await hashPassword('correct horse battery'))).toBe(false);
});

test('two hundred sign-ins at once need the memory of a few', async () => {
  const before = process.memoryUsage.rss();
  const seen = { most: before };
  const watch = setInterval(() => {
    seen.most = Math.max(seen.most, process.memoryUsage.rss());
  }, 5);
  const stored = await hashPassword('correct horse battery');
  const answers = await Promise.all(Array.from({ length: 200 }, () => verifyPassword('wrong', stored)));
  clearInterval(watch);
  expect(answers).toEqual(Array(200).fill(false));
  expect((seen.most - before) / 2 ** 20).toBeLessThan(120);
}, 60_000);
