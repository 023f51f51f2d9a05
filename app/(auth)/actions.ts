'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';
import { requestPasswordReset, resendVerification, resetPassword, signUp, verifyEmail } from '#lib/accounts/commands';
import { emailField, givenPasswordField, nameField, newPasswordField } from '#lib/accounts/fields';
import { confirmPassword } from '#lib/accounts/sign-in';
import { leaveSession, startSession } from '#lib/web/auth';
import { buttonAction, memberAction, visitorAction } from '#lib/web/form-action';
import { letterhead } from '#lib/web/letterhead';
import { wayBack } from '#lib/web/way-back';

const refusals = {
  wrongPassword: 'That e-mail address and password do not belong together.',
  tooManyTries: 'That was tried too often. Please wait a few minutes.',
  suspended: 'This account is suspended. Please write to the people who run this broker.',
  badToken: 'This link has expired or was used before. Please ask for a new one.',
  alreadyVerified: 'Your address is confirmed already.',
};
const guessable = { problems: { password: 'That is too easy to guess from your address. Please choose another.' } };

export const signInAction = visitorAction(
  z.object({ email: emailField, password: givenPasswordField, next: z.string().optional() }),
  async ({ email, password, next }) => {
    const outcome = await startSession({ email, password });
    if (!outcome.ok) return { message: refusals[outcome.reason] };
    redirect(wayBack(next));
  },
);

export const signOutAction = buttonAction(async () => {
  await leaveSession();
  redirect('/');
});

export const confirmAction = memberAction(
  z.object({ password: givenPasswordField, next: z.string().optional() }),
  async ({ password, next }, { email, sessionId }, { address, at }) => {
    const outcome = await confirmPassword({ email, sessionId, password, address, at });
    if (outcome.ok) redirect(wayBack(next, '/settings'));
    return outcome.reason === 'wrongPassword'
      ? { problems: { password: 'That is not your password.' } }
      : { message: refusals[outcome.reason] };
  },
);

export const signUpAction = visitorAction(
  z.object({ name: nameField, email: emailField, password: newPasswordField }),
  async (person, _, { address, at }) => {
    const outcome = await signUp({ ...person, address, at, letterhead: letterhead() });
    if (outcome.ok) redirect(`/verify?sent=${encodeURIComponent(person.email)}`);
    return outcome.reason === 'guessable' ? guessable : { message: refusals[outcome.reason] };
  },
);

export const verifyAction = visitorAction(
  z.object({ token: z.string().max(100) }),
  async ({ token }, member, { at }) => {
    const outcome = await verifyEmail({ token, at });
    if (!outcome.ok) return { message: refusals[outcome.reason] };
    redirect(member ? '/?verified' : '/sign-in?verified');
  },
);

export const resendAction = memberAction(z.object({}), async (_, { id: userId }, { address, at }) => {
  const outcome = await resendVerification({ userId, address, at, letterhead: letterhead() });
  if (!outcome.ok) return { message: refusals[outcome.reason] };
});

export const forgotAction = visitorAction(z.object({ email: emailField }), async ({ email }, _, { address, at }) => {
  const outcome = await requestPasswordReset({ email, address, at, letterhead: letterhead() });
  if (!outcome.ok) return { message: refusals[outcome.reason] };
});

export const resetAction = visitorAction(
  z.object({ token: z.string().max(100), password: newPasswordField }),
  async ({ token, password }, _, { at }) => {
    const outcome = await resetPassword({ token, password, at, letterhead: letterhead() });
    if (outcome.ok) redirect('/sign-in?reset');
    return outcome.reason === 'guessable' ? guessable : { message: refusals[outcome.reason] };
  },
);
