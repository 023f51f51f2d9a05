'use server';

import { z } from 'zod';
import { checkProviders } from '#lib/provider-checks/commands';
import { bookMovement, reconcileNow } from '#lib/reconciliations/commands';
import { bookings } from '#lib/reconciliations/postings';
import { creditUnapplied, returnUnapplied } from '#lib/unapplied/commands';
import { adminAction } from '#lib/web/form-action';
import { treasury } from '#lib/web/treasury';
import { replayWebhook } from '#lib/webhooks/commands';
import { answersIn, dollars, reason } from '../form-parts.ts';

const refusals = {
  notFound: 'That is not there any more.',
  resolved: 'Somebody has decided about this already.',
  noMoney: 'No money stands in the books for this, so none can be credited.',
  noSuchUser: 'Nobody here has this address.',
  worthMissing: 'Please give what it is worth: more than $0 and at most $100,000.',
  booked: 'This movement was booked before.',
};

const worth = dollars.optional().transform((given) => given ?? null);

const answer = answersIn(refusals);

export const checkProvidersAction = adminAction(z.object({}), async (_, __, { at }) => {
  await checkProviders(treasury(), { at });
  return answer({ ok: true });
});

export const reconcileAction = adminAction(z.object({}), async (_, __, { at }) => {
  await reconcileNow(treasury(), { at });
  return answer({ ok: true });
});

export const replayWebhookAction = adminAction(
  z.object({
    eventId: z
      .string()
      .regex(/^\d{1,18}$/)
      .transform(BigInt),
  }),
  async ({ eventId }, { id: adminId }, { address, at }) =>
    answer(await replayWebhook({ eventId, adminId, address, at })),
);

const unapplied = z.object({ unappliedId: z.uuid(), reason });

export const creditUnappliedAction = adminAction(
  unapplied.extend({ email: z.string().trim().toLowerCase().max(254), worth }),
  async (input, { id: adminId }, { address, at }) => answer(await creditUnapplied({ ...input, adminId, address, at })),
);

export const returnUnappliedAction = adminAction(
  unapplied.extend({ reference: z.string().trim().max(200).default('') }),
  async (input, { id: adminId }, { address, at }) => answer(await returnUnapplied({ ...input, adminId, address, at })),
);

export const bookMovementAction = adminAction(
  z.object({
    reconciliationId: z.uuid(),
    reference: z.string().max(500),
    currency: z.string().max(100),
    as: z.enum(bookings),
  }),
  async (input, { id: adminId }, { address, at }) => answer(await bookMovement({ ...input, adminId, address, at })),
);
