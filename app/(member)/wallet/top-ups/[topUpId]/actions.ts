'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { parseMoney } from '#lib/money';
import { requestRefund } from '#lib/refunds/commands';
import { cancelTopUp } from '#lib/top-ups/commands';
import { memberAction } from '#lib/web/form-action';
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

const sendBackForm = z.object({ paymentId: z.uuid(), amount: z.string() });
const sendBackRefusals = {
  notFound,
  notRefundable: 'This cannot be sent back from here. Please ask the admin of this broker.',
  contested: 'This payment is contested at the bank, which decides about it now.',
};

export const sendBackAction = memberAction(sendBackForm, async ({ paymentId, amount: typed }, member, { at }) => {
  const amount = parseMoney(typed);
  if (amount === null) return { problems: { amount: 'Please enter dollars, e.g. 12.50.' } };

  const reason = 'asked for by the renter';
  const asked = { paymentId, userId: member.id, amount, requestedBy: member.id, reason, at };
  const outcome = await requestRefund(treasury(), asked);
  if (outcome.ok) return revalidatePath('/wallet', 'layout');
  if (outcome.reason === 'amountOutOfRange') return { problems: { amount: 'Whole cents, and at least one.' } };
  if (outcome.reason === 'notEnoughLeft') return { problems: { amount: 'That is more than what is left unspent.' } };
  return { message: sendBackRefusals[outcome.reason] };
});
