'use server';

import { z } from 'zod';
import { abandonBatch, makeBatch, signBatch } from '#lib/payouts/batches';
import { approvePayout, declinePayout, setFrozen } from '#lib/payouts/commands';
import { followBatch } from '#lib/payouts/following';
import { syncPayout } from '#lib/payouts/sending';
import { changePayoutTerms } from '#lib/settings/commands';
import { adminAction } from '#lib/web/form-action';
import { treasury } from '#lib/web/treasury';
import { answersIn, dollars, reason } from '../form-parts.ts';

const refusals = {
  notFound: 'That is not there any more.',
  notHeld: 'This payout does not wait for an admin any more.',
  noChain: 'This broker is not set up for that chain.',
  nothingToPay: 'Nothing waits for this chain.',
  oneIsOpen: 'There is an unsigned batch on this network. Sign it, or give it up, first.',
  changed: 'Something changed meanwhile. Please try again.',
  signed: 'This batch was signed before. Whoever has it can send it, so its payouts can never be in another.',
  abandoned: 'This batch was given up. Its payouts may be in another; do not send it.',
  notThisBatch: 'This file does not pay exactly what the batch asks for, or it is not signed to the end.',
  frozen: 'The payouts of somebody in this batch were stopped. Give it up and make a new one without them.',
  outOfRange: 'Please give a minimum from $1 to $1,000, and a limit of at most $1,000,000.',
};

const payout = z.object({ payoutId: z.uuid() });
const batch = z.object({ batchId: z.uuid() });

const answer = answersIn(refusals);

export const approvePayoutAction = adminAction(payout, async ({ payoutId }, { id: adminId }, { address, at }) =>
  answer(await approvePayout(treasury(), { payoutId, adminId, address, at })),
);

export const declinePayoutAction = adminAction(
  payout.extend({ reason }),
  async (input, { id: adminId }, { address, at }) =>
    answer(await declinePayout(treasury(), { ...input, adminId, address, at })),
);

export const askAboutPayoutAction = adminAction(payout, async ({ payoutId }, _, { at }) => {
  await syncPayout(treasury(), { payoutId, at });
  return answer({ ok: true });
});

export const setFrozenAction = adminAction(
  z.object({ userId: z.uuid(), frozen: z.stringbool(), reason }),
  async (input, { id: adminId }, { address, at }) => answer(await setFrozen({ ...input, adminId, address, at })),
);

export const makeBatchAction = adminAction(
  z.object({ provider: z.string().max(100) }),
  async ({ provider }, { id: adminId }, { address, at }) =>
    answer(await makeBatch(treasury(), { provider, adminId, address, at })),
);

export const abandonBatchAction = adminAction(batch, async ({ batchId }, { id: adminId }, { address, at }) =>
  answer(await abandonBatch(treasury(), { batchId, adminId, address, at })),
);

const signedFile = z
  .instanceof(File, { message: 'Please choose the signed file.' })
  .refine(({ size }) => size > 0 && size <= 900_000, 'Please choose the signed file.');

export const signBatchAction = adminAction(
  batch.extend({ file: signedFile }),
  async ({ batchId, file }, { id: adminId }, { address, at }) => {
    const content = new Uint8Array(await file.arrayBuffer());
    return answer(await signBatch(treasury(), { batchId, content, adminId, address, at }));
  },
);

export const announceBatchAction = adminAction(batch, async ({ batchId }, _, { at }) => {
  await followBatch(treasury(), { batchId, at });
  return answer({ ok: true });
});

export const changePayoutTermsAction = adminAction(
  z.object({ least: dollars, reviewFrom: dollars }),
  async (terms, { id: adminId }, { address, at }) => answer(await changePayoutTerms({ terms, adminId, address, at })),
);
