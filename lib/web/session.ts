import { databaseTime } from '#lib/clock';
import 'server-only';
import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import { touchSession } from '#lib/sessions/commands';
import { findSession, type Member } from '#lib/sessions/queries';
import { sessionOfCookie } from './auth.ts';

/** Who is signed in. */
export type { Member };

/** Who is signed in; null for a visitor. The row of the session is read anew for every request. */
export const currentMember = cache(async (): Promise<Member | null> => {
  const sessionId = await sessionOfCookie();
  if (sessionId === null) return null;

  const at = databaseTime();
  const member = await findSession(sessionId, at);
  if (member && at.getTime() - member.lastSeenAt.getTime() > 60_000) await touchSession({ ...member, at });
  return member;
});

/** Who is signed in; a visitor is sent to the sign-in page, and back afterwards. */
export async function requireMember(): Promise<Member> {
  return (await currentMember()) ?? redirect(`/sign-in?next=${encodeURIComponent(await currentPath())}`);
}

/** The admin who is signed in; for everybody else the page does not exist. */
export async function requireAdmin(): Promise<Member> {
  const member = await requireMember();
  return member.isAdmin ? member : notFound();
}

/** The path that was asked for, as proxy.ts noted it. */
export async function currentPath(): Promise<string> {
  return (await headers()).get('x-path') ?? '/';
}

/** Whether the password was given within the last ten minutes. */
export function isFresh({ authenticatedAt }: Member, at = databaseTime()): boolean {
  return at.getTime() - authenticatedAt.getTime() <= 10 * 60_000;
}
