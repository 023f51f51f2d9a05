'use server';

import { z } from 'zod';
import { creditFault } from '#lib/faults/commands';
import { adminAction } from '#lib/web/form-action';
import { answersIn, dollars, reason } from '../../form-parts.ts';

const refusals = {
  notFound: 'Please choose charges of this rental.',
  amountOutOfRange: 'Please give more than $0.',
  moreThanCharged: 'These charges did not cost that much, or it was given back before.',
};

const charge = /^charge-(\d{1,18})$/;

const faultForm = z
  .looseObject({
    rentalId: z.uuid(),
    amount: dollars,
    from: z.enum(['owner', 'broker']),
    reason,
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
  if (!outcome.ok && outcome.reason !== 'notFound') return { problems: { amount: refusals[outcome.reason] } };
  return answersIn(refusals)(outcome);
});
