'use server';

import { z } from 'zod';
import { unitsOf } from '#lib/payments/quotes';
import { declineByHand, settleByHand } from '#lib/refunds/by-hand';
import { adminAction } from '#lib/web/form-action';
import { treasury } from '#lib/web/treasury';
import { answersIn, reason } from '../form-parts.ts';

const refusals = {
  notFound: 'This refund does not wait for an admin any more.',
  referenceMissing: 'Please give the transaction, so that both sides can find it.',
  unitsMissing: 'Please give what left the account, e.g. 0.000165.',
  reasonMissing: 'Please give a reason that the person will understand.',
};

const answer = answersIn(refusals);

export const settleRefundAction = adminAction(
  z.object({
    refundId: z.uuid(),
    provider: z.string(),
    reference: z.string().trim().max(200),
    sent: z.string().default(''),
  }),
  async ({ refundId, provider, reference, sent }, { id: adminId }, { address, at }) => {
    const units = unitsOf(sent, treasury().chains.get(provider)?.decimals ?? 0);
    return answer(await settleByHand(treasury(), { refundId, reference, units, adminId, address, at }));
  },
);

export const declineRefundAction = adminAction(
  z.object({ refundId: z.uuid(), reason }),
  async ({ refundId, reason: problem }, { id: adminId }, { address, at }) =>
    answer(await declineByHand(treasury(), { refundId, problem, adminId, address, at })),
);
