import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq, isNull } from 'drizzle-orm';
import { type Database, db, type Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import { invariant } from '#lib/errors';
import { enqueueMail } from '#lib/mail/commands';
import type { Letter } from '#lib/mail/letter';
import { done, type Outcome, refused } from '#lib/outcome';
import type { Sealer } from '#lib/secrets';
import { endAllSessions, endOtherSessions } from '#lib/sessions/commands';
import { isGuessable } from './fields.ts';
import { alreadyMemberLetter, changeLetter, resetLetter, verificationLetter } from './letters.ts';
import { mayTry } from './limits.ts';
import { issueMailToken, lockMailToken, voidMailTokens } from './mail-tokens.ts';
import { hashPassword } from './passwords.ts';

/** What letters to members need: our address for their links, and what seals them while they wait. */
export type Letterhead = { publicUrl: string; sealer: Sealer };

type User = typeof users.$inferSelect;
type Asked = { letterhead: Letterhead; at: Date };
type FromOutside = Asked & { address: string };

/** Who makes a change that a thief would make, and at which session. */
export type Guarded = Asked & { userId: string; sessionId: string };

/** Opens an account, unless the address has one: the answer is the same, and only the mail tells which. */
export function signUp(
  asked: FromOutside & { email: string; name: string; password: string },
): Promise<Outcome<void, 'tooManyTries' | 'guessable'>> {
  return atPace(async () => {
    const { email, name, password, at, address } = asked;
    if (isGuessable(password, email)) return refused('guessable');
    if (!(await mayTry('signUp', { account: email, address, at }))) return refused('tooManyTries');

    const passwordHash = await hashPassword(password);
    await db.transaction(async (tx) => {
      const created = { email, name, passwordHash, createdAt: at };
      const [user] = await tx.insert(users).values(created).onConflictDoNothing().returning();
      const known = user ?? (await findByEmail(tx, email));
      invariant(known, 'an address that is taken belongs to somebody');
      if (user) await sendVerification(tx, user, asked);
      else await write(tx, known, alreadyMemberLetter(asked.letterhead), asked.letterhead);
    });
    return done(undefined);
  });
}

/** Sends the letter that confirms an address once more. */
export async function resendVerification(
  asked: FromOutside & { userId: string },
): Promise<Outcome<void, 'alreadyVerified' | 'tooManyTries'>> {
  const { userId: account, address, at } = asked;
  if (!(await mayTry('verify', { account, address, at }))) return refused('tooManyTries');
  return db.transaction(async (tx) => {
    const user = await getUser(tx, asked.userId);
    if (user.emailVerifiedAt) return refused('alreadyVerified');
    await sendVerification(tx, user, asked);
    return done(undefined);
  });
}

/** Confirms the address that a token was mailed to. */
export async function verifyEmail(asked: { token: string; at: Date }): Promise<Outcome<void, 'badToken'>> {
  const { token, at } = asked;
  return db.transaction(async (tx) => {
    const userId = await lockMailToken(tx, { token, purpose: 'verifyEmail', at });
    if (!userId) return refused('badToken');
    await voidMailTokens(tx, { userId, purpose: 'verifyEmail', at });
    await markVerified(tx, userId, at);
    return done(undefined);
  });
}

/** Mails a link for choosing a new password, if the address has an account; the answer never tells. */
export function requestPasswordReset(asked: FromOutside & { email: string }): Promise<Outcome<void, 'tooManyTries'>> {
  return atPace(async () => {
    const { email, address, at, letterhead } = asked;
    if (!(await mayTry('reset', { account: email, address, at }))) return refused('tooManyTries');
    await db.transaction(async (tx) => {
      const user = await findByEmail(tx, email);
      if (!user) return;
      const token = await issueMailToken(tx, { userId: user.id, purpose: 'resetPassword', at });
      await write(tx, user, resetLetter({ ...letterhead, token }), letterhead);
    });
    return done(undefined);
  });
}

/** Sets a new password for the holder of a mailed token, which also proves the address, and ends all sessions. */
export async function resetPassword(
  asked: Asked & { token: string; password: string },
): Promise<Outcome<void, 'badToken' | 'guessable'>> {
  const { token, password, at } = asked;
  const passwordHash = await hashPassword(password);
  return db.transaction(async (tx) => {
    const userId = await lockMailToken(tx, { token, purpose: 'resetPassword', at });
    if (!userId) return refused('badToken');
    const user = await getUser(tx, userId);
    if (isGuessable(password, user.email)) return refused('guessable');

    await setPassword(tx, user, passwordHash, asked);
    await markVerified(tx, userId, at);
    await endAllSessions(tx, { userId, at });
    return done(undefined);
  });
}

/** Sets a new password for somebody who is signed in and has just proved who they are; other sessions end. */
export async function changePassword(asked: Guarded & { password: string }): Promise<Outcome<void, 'guessable'>> {
  const passwordHash = await hashPassword(asked.password);
  return db.transaction(async (tx) => {
    const user = await getUser(tx, asked.userId);
    if (isGuessable(asked.password, user.email)) return refused('guessable');

    await setPassword(tx, user, passwordHash, asked);
    await endOtherSessions(asked, tx);
    return done(undefined);
  });
}

/** With a change that a thief would make: ends the other sessions and writes to the member what has changed. */
export async function guardChange(tx: Tx, asked: Guarded & { change: string }): Promise<void> {
  await endOtherSessions(asked, tx);
  await announce(tx, await getUser(tx, asked.userId), asked.change, asked.letterhead);
}

/** Changes what we call a member. */
export async function changeName({ userId, name }: { userId: string; name: string }) {
  await db.update(users).set({ name }).where(eq(users.id, userId));
}

async function sendVerification(tx: Tx, user: User, { at, letterhead }: Asked) {
  const token = await issueMailToken(tx, { userId: user.id, purpose: 'verifyEmail', at });
  await write(tx, user, verificationLetter({ ...letterhead, token }), letterhead);
}

function announce(tx: Tx, user: User, change: string, letterhead: Letterhead) {
  return write(tx, user, changeLetter({ ...letterhead, change }), letterhead);
}

function write(on: Database, { email: recipient }: User, letter: Letter, { sealer }: Letterhead) {
  return enqueueMail(on, { recipient, ...letter }, sealer);
}

async function getUser(tx: Tx, userId: string): Promise<User> {
  const [user] = await tx.select().from(users).where(eq(users.id, userId));
  invariant(user, 'a session and a token belong to a user');
  return user;
}

async function findByEmail(tx: Tx, email: string): Promise<User | undefined> {
  const [user] = await tx.select().from(users).where(eq(users.email, email));
  return user;
}

/** A new password makes mailed links for choosing one worthless, and its owner is told. */
async function setPassword(tx: Tx, user: User, passwordHash: string, { at, letterhead }: Asked) {
  await tx.update(users).set({ passwordHash }).where(eq(users.id, user.id));
  await voidMailTokens(tx, { userId: user.id, purpose: 'resetPassword', at });
  await announce(tx, user, 'Your password was changed', letterhead);
}

async function markVerified(tx: Tx, userId: string, at: Date) {
  const unverified = and(eq(users.id, userId), isNull(users.emailVerifiedAt));
  await tx.update(users).set({ emailVerifiedAt: at }).where(unverified);
}

/** Answers no sooner than a third of a second later: the time shall not tell whether an address is known. */
async function atPace<Result>(work: () => Promise<Result>): Promise<Result> {
  const [result] = await Promise.all([work(), sleep(333)]);
  return result;
}
