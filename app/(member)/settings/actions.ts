'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { changeName, changePassword } from '#lib/accounts/commands';
import { nameField, newPasswordField } from '#lib/accounts/fields';
import { letterheadFields } from '#lib/papers/fields';
import { keepLetterhead } from '#lib/papers/letterheads';
import { endOtherSessions, endSession } from '#lib/sessions/commands';
import { addSshKey, MOST_KEYS, removeSshKey } from '#lib/ssh-keys/commands';
import { freshAction, memberAction } from '#lib/web/form-action';
import { letterhead } from '#lib/web/letterhead';

const refusals = {
  notFound: 'That is gone already.',
  guessable: 'That is too easy to guess from your address. Please choose another.',
  privateKey: 'This is a private key. Keep it to yourself and paste the file that ends in .pub.',
  notAKey: 'This is not a public key. It is one line that begins like ssh-ed25519 AAAA…',
  unsupportedType: 'Keys of this type are not supported. Make one with ssh-keygen -t ed25519.',
  tooShort: 'RSA keys need at least 2048 bits. Better make one with ssh-keygen -t ed25519.',
  known: 'You have this key already.',
  tooMany: `You have ${MOST_KEYS} keys already. Please remove one first.`,
};

export const changeNameAction = memberAction(z.object({ name: nameField }), async ({ name }, { id: userId }) => {
  await changeName({ userId, name });
  revalidatePath('/settings');
});

export const changeLetterheadAction = memberAction(z.object(letterheadFields), async (words, { id: userId }) => {
  await keepLetterhead({ ...words, userId });
  revalidatePath('/settings');
});

export const changePasswordAction = freshAction(
  z.object({ password: newPasswordField }),
  async ({ password }, { id: userId, sessionId }, { at }) => {
    const outcome = await changePassword({ userId, sessionId, password, at, letterhead: letterhead() });
    if (!outcome.ok) return { problems: { password: refusals[outcome.reason] } };
    revalidatePath('/settings');
  },
);

export const endSessionAction = memberAction(
  z.object({ sessionId: z.uuid() }),
  async ({ sessionId }, { id: userId }, { at }) => {
    const outcome = await endSession({ sessionId, userId, at });
    if (!outcome.ok) return { message: refusals[outcome.reason] };
    revalidatePath('/settings');
  },
);

export const endOtherSessionsAction = memberAction(z.object({}), async (_, { id: userId, sessionId }, { at }) => {
  await endOtherSessions({ userId, sessionId, at });
  revalidatePath('/settings');
});

export const addSshKeyAction = freshAction(
  z.object({ name: z.string().trim().max(60, 'Please use at most 60 characters.'), publicKey: z.string().max(20_000) }),
  async (key, { id: userId, sessionId }, { at }) => {
    const outcome = await addSshKey({ ...key, userId, sessionId, at, letterhead: letterhead() });
    if (!outcome.ok) return { problems: { publicKey: refusals[outcome.reason] } };
    revalidatePath('/settings');
  },
);

export const removeSshKeyAction = freshAction(
  z.object({ keyId: z.uuid() }),
  async ({ keyId }, { id: userId, sessionId }, { at }) => {
    const outcome = await removeSshKey({ keyId, userId, sessionId, at, letterhead: letterhead() });
    if (!outcome.ok) return { message: refusals[outcome.reason] };
    revalidatePath('/settings');
  },
);
