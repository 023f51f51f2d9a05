'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { setAdmin, suspendUser, unsuspendUser } from '#lib/accounts/administration';
import { clearQuarantine, suspendDevice, unsuspendDevice } from '#lib/devices/administration';
import { letterheadFields } from '#lib/papers/fields';
import { keepBrokerLetterhead } from '#lib/papers/letterheads';
import { creditWallet } from '#lib/payments/manual';
import { endRentalAsAdmin } from '#lib/rentals/commands';
import { changeFee } from '#lib/settings/commands';
import { adminAction } from '#lib/web/form-action';
import { letterhead } from '#lib/web/letterhead';
import { answersIn, dollars, reason } from './form-parts.ts';

const refusals = {
  notFound: 'That is not there any more.',
  oneself: 'You cannot do that to yourself. Ask another admin.',
  notQuarantined: 'This device is not quarantined any more.',
  amountOutOfRange: 'Please give more than $0 and at most $100,000.',
  reasonMissing: 'Please give a reason.',
  outOfRange: 'Please give a share between 0 and 100 percent.',
};

const user = z.object({ userId: z.uuid() });
const device = z.object({ deviceId: z.uuid() });

const answer = answersIn(refusals);

export const suspendUserAction = adminAction(user.extend({ reason }), async (input, { id: adminId }, { address, at }) =>
  answer(await suspendUser({ ...input, adminId, address, at })),
);

export const unsuspendUserAction = adminAction(user, async (input, { id: adminId }, { address, at }) =>
  answer(await unsuspendUser({ ...input, adminId, address, at })),
);

export const setAdminAction = adminAction(
  user.extend({ isAdmin: z.stringbool() }),
  async (input, { id: adminId }, { address, at }) => answer(await setAdmin({ ...input, adminId, address, at })),
);

export const creditWalletAction = adminAction(
  user.extend({ amount: dollars, reason, key: z.uuid() }),
  async (input, { id: adminId }, { address, at }) => {
    const outcome = await creditWallet({ ...input, adminId, address, at });
    if (!outcome.ok && outcome.reason === 'amountOutOfRange')
      return { problems: { amount: refusals.amountOutOfRange } };
    return answer(outcome);
  },
);

export const suspendDeviceAction = adminAction(
  device.extend({ reason }),
  async (input, { id: adminId }, { address, at }) => answer(await suspendDevice({ ...input, adminId, address, at })),
);

export const unsuspendDeviceAction = adminAction(device, async (input, { id: adminId }, { address, at }) =>
  answer(await unsuspendDevice({ ...input, adminId, address, at })),
);

export const clearQuarantineAction = adminAction(device, async (input, { id: adminId }, { address, at }) =>
  answer(await clearQuarantine({ ...input, adminId, address, at, sealer: letterhead().sealer })),
);

export const endRentalAction = adminAction(
  z.object({ rentalId: z.uuid(), reason }),
  async (input, { id: adminId }, { address, at }) => answer(await endRentalAsAdmin({ ...input, adminId, address, at })),
);

export const changeFeeAction = adminAction(
  z.object({ percent: z.string().regex(/^\d{1,3}(\.\d{1,2})?$/, refusals.outOfRange) }),
  async ({ percent }, { id: adminId }, { address, at }) =>
    answer(await changeFee({ basisPoints: Math.round(Number(percent) * 100), adminId, address, at })),
);

export const changeBrokerLetterheadAction = adminAction(
  z.object(letterheadFields),
  async (words, { id: adminId }, { address, at }) => {
    await keepBrokerLetterhead(words, { adminId, address, at });
    revalidatePath('/admin/settings');
  },
);
