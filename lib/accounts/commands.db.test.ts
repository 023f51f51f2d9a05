import { argon2, randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { beforeEach, expect, test, vi } from 'vitest';
import { db, pool } from '#db/client';
import { users } from '#db/schema/accounts';
import { listMails } from '#lib/mail/queries';
import { createSealer } from '#lib/secrets';
import { findSession, listSessions } from '#lib/sessions/queries';
import {
  changePassword,
  requestPasswordReset,
  resendVerification,
  resetPassword,
  signUp,
  verifyEmail,
} from './commands.ts';
import { confirmPassword, signIn } from './sign-in.ts';

// The real one, watched: `npm run bench -- answers` measures the times.
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>();
  return { ...real, argon2: vi.fn(real.argon2) };
});

const sealer = createSealer(['a key of the tests that is long enough']);
const letterhead = { publicUrl: 'https://broker.example', sealer };
const start = new Date('2026-01-01T12:00:00Z');
const after = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
const address = '192.0.2.1';
const ada = { email: 'ada@example.com', name: 'Ada', password: 'the first password' };
const here = { address, userAgent: 'test' };

beforeEach(async () => {
  await pool.query('truncate mails, rate_limits');
  ada.email = `${randomUUID()}@example.com`;
});

const register = (person = ada, at = start) => signUp({ ...person, address, at, letterhead });
const enter = (password = ada.password, at = start) => signIn({ email: ada.email, password, ...here, at });
const newestMail = async () => (await listMails(sealer))[0];
const tokenIn = (body = '') => /token=(\S+)/.exec(body)?.[1] ?? '';

async function signedIn(at = start) {
  const outcome = await enter(ada.password, at);
  if (!outcome.ok) throw new TypeError(outcome.reason);
  return outcome.value.sessionId;
}

async function mailedToken() {
  return tokenIn((await newestMail())?.body);
}

async function theUser() {
  const [user] = await db.select().from(users).where(eq(users.email, ada.email));
  if (!user) throw new TypeError('nobody there');
  return user;
}

test('somebody signs up, confirms the address from the mail and signs in', async () => {
  expect(await register()).toMatchObject({ ok: true });
  expect(await newestMail()).toMatchObject({ recipient: ada.email, subject: 'Confirm your e-mail address' });
  expect(await verifyEmail({ token: await mailedToken(), at: after(1) })).toMatchObject({ ok: true });
  expect(await findSession(await signedIn(), after(2))).toMatchObject({ email: ada.email, emailVerified: true });
});

test('a link from a mail works once, and not after its time', async () => {
  await register();
  const token = await mailedToken();
  expect(await verifyEmail({ token, at: after(24 * 60 + 1) })).toEqual({ ok: false, reason: 'badToken' });
  const both = await Promise.all([verifyEmail({ token, at: after(5) }), verifyEmail({ token, at: after(5) })]);
  expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await verifyEmail({ token: 'mail_unknown', at: start })).toEqual({ ok: false, reason: 'badToken' });
});

test('a link for confirming an address cannot set a password', async () => {
  await register();
  const token = await mailedToken();
  const outcome = await resetPassword({ token, password: 'another password', at: start, letterhead });
  expect(outcome).toEqual({ ok: false, reason: 'badToken' });
});

test('the database holds no token that a mailed link contains', async () => {
  await register();
  const token = await mailedToken();
  const { rows } = await pool.query(`select (select json_agg(t) from mail_tokens t)::text
    || (select json_agg(m) from mails m)::text as dump`);
  expect(token.length).toBeGreaterThan(30);
  expect(rows[0].dump).not.toContain(token);
});

test('signing up with an address that is taken is answered the same, changes nothing and tells its owner', async () => {
  const first = await register();
  const second = await register({ ...ada, name: 'Mallory', password: 'a thief wrote this' });
  expect(second).toEqual(first);
  expect(await theUser()).toMatchObject({ name: 'Ada' });
  expect((await newestMail())?.subject).toBe('You already have an account');
  expect(await enter('a thief wrote this')).toMatchObject({ ok: false });
});

test('two people who sign up with one address in the same moment make one account', async () => {
  await Promise.all([register(), register()]);
  expect(await db.select().from(users).where(eq(users.email, ada.email))).toHaveLength(1);
});

test('a password that follows from the address is refused, however it is given', async () => {
  expect(await register({ ...ada, password: `${ada.email.toUpperCase()} ` })).toEqual({
    ok: false,
    reason: 'guessable',
  });
  expect(await register({ ...ada, password: 'aaaaaaaaaaaa' })).toEqual({ ok: false, reason: 'guessable' });
});

test('a wrong password and an unknown address get the same answer, and cost the same work', async () => {
  await register();
  const hashing = vi.mocked(argon2);
  for (const email of [ada.email, 'nobody@example.com']) {
    hashing.mockClear();
    expect(await signIn({ email, password: 'wrong', ...here, at: start })).toEqual({
      ok: false,
      reason: 'wrongPassword',
    });
    const [[algorithm, { memory, passes, parallelism }] = ['argon2i', {} as never]] = hashing.mock.calls;
    expect({ algorithm, memory, passes, parallelism }).toEqual({
      algorithm: 'argon2id',
      memory: 19_456,
      passes: 2,
      parallelism: 1,
    });
    expect(hashing).toHaveBeenCalledTimes(1);
  }
});

test('asking for a reset answers the same, and no sooner than all such answers, whether the address is known or not', async () => {
  await register();
  const ask = async (email: string) => {
    const before = performance.now();
    const outcome = await requestPasswordReset({ email, address, at: start, letterhead });
    return { outcome, time: performance.now() - before };
  };
  const [known, unknown] = [await ask(ada.email), await ask('nobody@example.com')];
  expect(known.outcome).toEqual(unknown.outcome);
  // What lies above the pace is the machine's load.
  expect(Math.min(known.time, unknown.time)).toBeGreaterThanOrEqual(330);
});

test('the eleventh try within a minute is refused, even with the right password, and a later one is not', async () => {
  await register();
  for (let tries = 0; tries < 10; tries++) await enter('wrong');
  expect(await enter()).toEqual({ ok: false, reason: 'tooManyTries' });
  expect(await enter(ada.password, after(1))).toMatchObject({ ok: true });
});

test('trying addresses one after another from one network is slowed down as well', async () => {
  const tryAs = (n: number) =>
    signIn({
      email: `p${n}@example.com`,
      password: 'x',
      userAgent: '',
      address: `2001:db8::${n.toString(16)}`,
      at: start,
    });
  const outcomes: Awaited<ReturnType<typeof tryAs>>[] = [];
  while (outcomes.length < 61) outcomes.push(await tryAs(outcomes.length + 1));
  expect(outcomes.filter((outcome) => !outcome.ok && outcome.reason === 'tooManyTries')).toHaveLength(1);
});

test('a forgotten password is replaced from the mail; every session ends, and the member is told', async () => {
  await register();
  const session = await signedIn();
  await requestPasswordReset({ email: ada.email, address, at: after(5), letterhead });
  const token = await mailedToken();
  expect(await resetPassword({ token, password: 'the second password', at: after(6), letterhead })).toMatchObject({
    ok: true,
  });

  expect(await findSession(session, after(7))).toBeNull();
  expect((await newestMail())?.subject).toBe('Your password was changed');
  expect(await enter(ada.password, after(8))).toMatchObject({ ok: false, reason: 'wrongPassword' });
  expect(await enter('the second password', after(8))).toMatchObject({ ok: true });
  expect(await resetPassword({ token, password: 'a third password', at: after(9), letterhead })).toMatchObject({
    ok: false,
  });
});

test('changing the password ends the other sessions and keeps the one at hand', async () => {
  await register();
  const [here, elsewhere] = [await signedIn(), await signedIn()];
  const { id: userId } = await theUser();
  await changePassword({ userId, sessionId: here, password: 'the second password', at: after(1), letterhead });
  expect((await listSessions(userId, after(1))).map(({ id }) => id)).toEqual([here]);
  expect(await findSession(elsewhere, after(1))).toBeNull();
  expect((await newestMail())?.subject).toBe('Your password was changed');
});

test('giving the password again makes a session fresh; a wrong one does not', async () => {
  await register();
  const sessionId = await signedIn();
  const confirm = (password: string) =>
    confirmPassword({ email: ada.email, password, address, sessionId, at: after(30) });
  expect(await confirm('wrong')).toMatchObject({ ok: false });
  expect((await findSession(sessionId, after(31)))?.authenticatedAt).toEqual(start);
  expect(await confirm(ada.password)).toMatchObject({ ok: true });
  expect((await findSession(sessionId, after(31)))?.authenticatedAt).toEqual(after(30));
});

test('a hash that cost less than ours do today is made anew when its owner signs in', async () => {
  await register();
  const weak = '$argon2id$v=19$m=4096,t=1,p=1$';
  const { argon2Sync } = await import('node:crypto');
  const nonce = Buffer.alloc(16, 7);
  const hash = argon2Sync('argon2id', {
    message: ada.password,
    nonce,
    memory: 4096,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  });
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  await db
    .update(users)
    .set({ passwordHash: `${weak}${text(nonce)}$${text(hash)}` })
    .where(eq(users.email, ada.email));
  await signedIn();
  expect((await theUser()).passwordHash).toContain('$m=19456,t=2,p=1$');
  expect(await enter()).toMatchObject({ ok: true });
});

test('the letter that confirms an address is sent again until the address is confirmed, a few times an hour', async () => {
  await register();
  const { id: userId } = await theUser();
  const again = () => resendVerification({ userId, address, at: start, letterhead });
  expect(await again()).toMatchObject({ ok: true });
  await verifyEmail({ token: await mailedToken(), at: after(1) });
  expect(await again()).toEqual({ ok: false, reason: 'alreadyVerified' });
  for (let n = 0; n < 3; n++) await again();
  expect(await again()).toEqual({ ok: false, reason: 'tooManyTries' });
});
