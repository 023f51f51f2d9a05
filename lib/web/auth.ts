import { databaseTime } from '#lib/clock';
import 'server-only';
import { createHash } from 'node:crypto';
import NextAuth, { CredentialsSignin } from 'next-auth';
import Credentials from 'next-auth/providers/credentials';
import { z } from 'zod';
import { emailField, givenPasswordField } from '#lib/accounts/fields';
import { type SignInProblem, signIn } from '#lib/accounts/sign-in';
import { webConfig } from '#lib/config/web';
import { done, type Outcome, refused } from '#lib/outcome';
import { endSession } from '#lib/sessions/commands';
import { findSession } from '#lib/sessions/queries';
import { clientAddress } from './client.ts';

declare module 'next-auth' {
  interface Session {
    sessionId: string;
  }
}

const cookieOptions = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' } as const;

// The only file that knows next-auth, whose part is a cookie that says, sealed, which row of `sessions` its holder has.
const nextAuth = NextAuth(() => ({
  secret: webConfig().BROKER_SECRETS.map((secret) => createHash('sha256').update(`cookie ${secret}`).digest('hex')),
  trustHost: true,
  useSecureCookies: true,
  // How long a session lasts is decided by its row; the cookie only has to outlive it.
  session: { strategy: 'jwt', maxAge: 400 * 24 * 3600 },
  cookies: {
    sessionToken: { name: '__Host-session', options: cookieOptions },
    callbackUrl: { name: '__Host-way-back', options: cookieOptions },
    csrfToken: { name: '__Host-csrf', options: cookieOptions },
  },
  pages: { signIn: '/sign-in', error: '/sign-in' },
  providers: [Credentials({ credentials: { email: {}, password: {} }, authorize })],
  callbacks: {
    jwt: ({ token, user }) => ({ sessionId: user?.id ?? token.sessionId }),
    session: ({ session, token }) => ({ expires: session.expires, sessionId: String(token.sessionId) }),
  },
  events: { signOut: (left) => endRow('token' in left ? left.token?.sessionId : undefined) },
}));

/** The endpoints below /api/auth. */
export const authRoutes = nextAuth.handlers;

/** Which session the cookie of this request names; it may have ended. */
export async function sessionOfCookie(): Promise<string | null> {
  return (await nextAuth.auth())?.sessionId ?? null;
}

/** Signs somebody in at this browser: opens a session and sets its cookie. */
export async function startSession(given: { email: string; password: string }): Promise<Outcome<void, SignInProblem>> {
  try {
    await nextAuth.signIn('credentials', { ...given, redirect: false });
    return done(undefined);
  } catch (error) {
    if (error instanceof SignInRefused) return refused(error.code);
    throw error;
  }
}

/** Ends the session at hand, everywhere and at once, and takes its cookie away. */
export async function leaveSession() {
  await nextAuth.signOut({ redirect: false });
}

/** Why the password was not accepted, as next-auth lets it through. */
class SignInRefused extends CredentialsSignin {
  override readonly code: SignInProblem;

  constructor(problem: SignInProblem) {
    super();
    this.code = problem;
  }
}

const credentials = z.object({ email: emailField, password: givenPasswordField });

async function authorize(given: unknown, { headers }: Request): Promise<{ id: string }> {
  const parsed = credentials.safeParse(given);
  if (!parsed.success) throw new SignInRefused('wrongPassword');

  const visitor = { address: clientAddress(headers), userAgent: headers.get('user-agent') ?? '' };
  const outcome = await signIn({ ...parsed.data, ...visitor, at: databaseTime() });
  if (!outcome.ok) throw new SignInRefused(outcome.reason);
  return { id: outcome.value.sessionId };
}

async function endRow(sessionId: unknown) {
  const at = databaseTime();
  const member = typeof sessionId === 'string' ? await findSession(sessionId, at) : null;
  if (member) await endSession({ sessionId: member.sessionId, userId: member.id, at });
}
