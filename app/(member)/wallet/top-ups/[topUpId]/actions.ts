'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { parseMoney } from '#lib/money';
import { requestRefund } from '#lib/refunds/commands';
import { cancelTopUp } from '#lib/top-ups/commands';
import { type FormState, memberAction } from '#lib/web/form-action';
import { treasury } from '#lib/web/treasury';

const notFound = 'We could not find that.';
const refusals = {
  notFound,
  tooLate: 'A payment is already on its way, so this top-up cannot be cancelled any more.',
};

export const cancelTopUpAction = memberAction(z.object({ topUpId: z.uuid() }), async ({ topUpId }, member, { at }) => {
  const outcome = await cancelTopUp({ topUpId, userId: member.id, at });
  if (!outcome.ok) return { message: refusals[outcome.reason] };

  revalidatePath(`/wallet/top-ups/${topUpId}`);
});

const sendBackForm = z.object({ paymentId: z.uuid(), amount: z.string(), destination: z.string().default('') });
const sendBackRefusals = {
  notFound: { message: notFound },
  notRefundable: { message: 'This cannot be sent back from here. Please ask the admin of this broker.' },
  contested: { message: 'This payment is contested at the bank, which decides about it now.' },
  amountOutOfRange: { problems: { amount: 'Whole cents, and at least one.' } },
  notEnoughLeft: { problems: { amount: 'That is more than what is left unspent.' } },
  notADestination: { problems: { destination: 'This is no address on the network that you paid by.' } },
} satisfies Record<string, FormState>;

export const sendBackAction = memberAction(sendBackForm, async ({ amount: typed, ...asked }, member, { at }) => {
  const amount = parseMoney(typed);
  if (amount === null) return { problems: { amount: 'Please enter dollars, e.g. 12.50.' } };

  const own = { userId: member.id, requestedBy: member.id, reason: 'asked for by the renter' };
  const outcome = await requestRefund(treasury(), { ...asked, ...own, amount, at });
  if (outcome.ok) return revalidatePath('/wallet', 'layout');
  return sendBackRefusals[outcome.reason];
});
