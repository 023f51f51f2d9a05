'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { setAlertLevel } from '#lib/alerts/commands';
import { parseMoney } from '#lib/money';
import { forgetMethod, setAutoTopUp, stopAutoTopUp } from '#lib/top-ups/automatic';
import { memberAction } from '#lib/web/form-action';
import { treasury } from '#lib/web/treasury';

const dollars = z
  .string()
  .transform((text) => parseMoney(text))
  .refine((amount) => amount !== null, 'Please enter dollars, e.g. 25 or 12.50.')
  .transform((amount) => amount ?? 0n);

const refusals = {
  noMethod: 'This way to pay is gone. Top up once more and save it.',
  amountOutOfRange:
    'Each top-up must be whole cents, at least the provider’s minimum, and fit into the month’s cap of at most $10,000.',
  notFound: 'That is gone already.',
};

export const setAutoTopUpAction = memberAction(
  z.object({ savedMethodId: z.uuid(), threshold: dollars, amount: dollars, monthlyCap: dollars }),
  async (wish, { id: userId }, { at }) => {
    const outcome = await setAutoTopUp(treasury(), { ...wish, userId, at });
    if (!outcome.ok) return { message: refusals[outcome.reason] };
    revalidatePath('/wallet/automatic');
  },
);

export const stopAutoTopUpAction = memberAction(z.object({}), async (_, { id: userId }) => {
  await stopAutoTopUp({ userId });
  revalidatePath('/wallet/automatic');
});

export const forgetMethodAction = memberAction(
  z.object({ savedMethodId: z.uuid() }),
  async ({ savedMethodId }, { id: userId }, { at }) => {
    const outcome = await forgetMethod({ userId, savedMethodId, at });
    if (!outcome.ok) return { message: refusals[outcome.reason] };
    revalidatePath('/wallet/automatic');
  },
);

export const setAlertLevelAction = memberAction(
  z.object({ level: z.literal('').or(dollars) }),
  async ({ level }, { id: userId }) => {
    const outcome = await setAlertLevel({ userId, level: level === '' ? null : level });
    if (!outcome.ok) return { problems: { level: 'Please enter an amount up to $10,000, or nothing.' } };
    revalidatePath('/wallet/automatic');
  },
);
