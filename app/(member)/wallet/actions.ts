'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { formatMoney, parseMoney } from '#lib/money';
import { beginTopUp, largestTopUp, type TopUpRefusal } from '#lib/top-ups/commands';
import { findTopUp } from '#lib/top-ups/queries';
import { memberAction, memberQuestion } from '#lib/web/form-action';
import { treasury } from '#lib/web/treasury';
import { feesOf } from './offers.ts';

const topUpForm = z.looseObject({
  provider: z.string('Please choose how to pay.'),
  amount: z.string('Please choose an amount.'),
  other: z.string().default(''),
});

export const beginTopUpAction = memberAction(
  topUpForm,
  async ({ provider, amount, other, ...rest }, member, { at }) => {
    const wanted = parseMoney(amount === 'other' ? other : amount);
    if (wanted === null) return { problems: { other: 'Please enter dollars, e.g. 25 or 12.50.' } };

    const saveMethod = rest[`save-${provider}`] === 'on';
    const outcome = await beginTopUp(treasury(), { userId: member.id, provider, amount: wanted, saveMethod, at });
    if (!outcome.ok) return refusalOf(outcome.reason, provider);

    const topUp = await findTopUp(outcome.value.id, member.id, at);
    // Without scripts the form itself would have to lead away from here, which our policy does not let forms do.
    const hasScripts = (await headers()).has('next-action');
    if (hasScripts && topUp?.action?.kind === 'redirect') return { done: true, leadsTo: topUp.action.url };
    redirect(`/wallet/top-ups/${outcome.value.id}`);
  },
);

function refusalOf(reason: TopUpRefusal, providerId: string) {
  const { name = '', least } = treasury().providers.get(providerId) ?? {};
  const range = `${name} takes ${formatMoney(least?.topUp ?? 0n)} to ${formatMoney(largestTopUp)}, in whole cents.`;
  if (reason === 'amountOutOfRange') return { problems: { other: range } };
  const sentences: Record<typeof reason, string> = {
    notOffered: 'This way to pay is not offered here.',
    tooManyTries: 'You have begun many top-ups within an hour. Please finish one of them, or come back later.',
    providerAway: `What stands behind “${name}” does not answer just now. Nothing was taken; please try again, or pay in another way.`,
  };
  return { message: sentences[reason] };
}

export const estimateFees = memberQuestion(z.string(), async (typed) => {
  const amount = parseMoney(typed);
  return amount === null || amount > largestTopUp ? {} : feesOf(amount);
});
