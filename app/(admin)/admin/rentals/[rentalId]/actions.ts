'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { creditFault } from '#lib/faults/commands';
import { parseMoney } from '#lib/money';
import { adminAction } from '#lib/web/form-action';

const refusals = {
  notFound: 'Please choose charges of this rental.',
  amountOutOfRange: 'Please give more than $0.',
  moreThanCharged: 'These charges did not cost that much, or it was given back before.',
};

const charge = /^charge-(\d{1,18})$/;

const faultForm = z
  .looseObject({
    rentalId: z.uuid(),
    amount: z.string().transform((text, context) => {
      const parsed = parseMoney(text);
      if (parsed === null) context.addIssue({ code: 'custom', message: 'Please give an amount like 25 or 0.012.' });
      return parsed ?? z.NEVER;
    }),
    from: z.enum(['owner', 'broker']),
    reason: z.string().trim().min(3, 'Please give a reason that both will understand.').max(500, 'Please be shorter.'),
    key: z.uuid(),
  })
  .transform(({ rentalId, amount, from, reason, key, ...rest }) => {
    const chargeIds = Object.keys(rest)
      .flatMap((name) => charge.exec(name)?.[1] ?? [])
      .map(BigInt);
    return { rentalId, amount, atOwnersCost: from === 'owner', reason, key, chargeIds };
  });

export const creditFaultAction = adminAction(faultForm, async (input, { id: adminId }, { address, at }) => {
  const outcome = await creditFault({ ...input, adminId, address, at });
  if (!outcome.ok && outcome.reason === 'notFound') return { message: refusals.notFound };
  if (!outcome.ok) return { problems: { amount: refusals[outcome.reason] } };
  revalidatePath('/admin', 'layout');
  return { done: true };
});
