'use server';

import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { requestPayout, setWeekly, withdrawPayout } from '#lib/payouts/commands';
import { beginOnboarding, chooseDestination, removeDestination } from '#lib/payouts/destinations';
import { freshAction, ownerAction } from '#lib/web/form-action';
import { treasury } from '#lib/web/treasury';

const refusals = {
  notFound: 'We could not find that payout.',
  tooLate: 'This payout is on its way already and cannot be called back.',
  noDestination: 'Please choose first where you want to be paid.',
  noProvider: 'This broker does not pay that way any more. Please choose another.',
  notADestination: 'Nobody can be paid there. Look for a slip of the pen, another network, or another kind of address.',
  notReady: 'The company that pays you still wants to know something about you. Please go on there first.',
  frozen: 'Your payouts are stopped for now. What you earn is safe; the admin of this broker can tell you why.',
  belowLeast: 'There is not enough to pay out yet.',
};

const provider = z.string().max(100);

export const chooseDestinationAction = freshAction(
  z.object({ provider, typed: z.string().max(500, refusals.notADestination) }),
  async (choice, { id: ownerId, sessionId }, { at }) => {
    const outcome = await chooseDestination(treasury(), { ...choice, ownerId, sessionId, at });
    if (!outcome.ok) return { problems: { typed: refusals[outcome.reason] } };
    revalidatePath('/my/payouts');
  },
);

export const beginOnboardingAction = freshAction(
  z.object({ provider }),
  async (choice, { id: ownerId, sessionId }, { at }) => {
    const outcome = await beginOnboarding(treasury(), { ...choice, ownerId, sessionId, at });
    if (!outcome.ok) return { message: refusals[outcome.reason] };
    redirect(outcome.value.url);
  },
);

export const removeDestinationAction = freshAction(z.object({}), async (_, { id: ownerId, sessionId }, { at }) => {
  await removeDestination(treasury(), { ownerId, sessionId, at });
  revalidatePath('/my/payouts');
});

export const setWeeklyAction = ownerAction(
  z.object({ weekly: z.stringbool() }),
  async ({ weekly }, { id: ownerId }, { at }) => {
    await setWeekly({ ownerId, weekly, at });
    revalidatePath('/my/payouts');
  },
);

export const requestPayoutAction = ownerAction(z.object({}), async (_, { id: ownerId }, { at }) => {
  const outcome = await requestPayout(treasury(), { ownerId, at });
  if (!outcome.ok) return { message: refusals[outcome.reason] };
  revalidatePath('/my/payouts');
});

export const withdrawPayoutAction = ownerAction(
  z.object({ payoutId: z.uuid() }),
  async ({ payoutId }, { id: ownerId }, { at }) => {
    const outcome = await withdrawPayout(treasury(), { payoutId, ownerId, at });
    if (!outcome.ok) return { message: refusals[outcome.reason] };
    revalidatePath('/my/payouts');
  },
);
