'use server';

import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { webConfig } from '#lib/config/web';
import { type RentRefusal, rentDevice } from '#lib/rentals/commands';
import { createSealer } from '#lib/secrets';
import { memberAction } from '#lib/web/form-action';

const refusals: Record<RentRefusal, string> = {
  notFound: 'This device is gone.',
  notOnMarket: 'Somebody else was faster, or the device went offline. You were not charged.',
  relaySilent: 'The relay that leads to this device does not answer just now. You were not charged.',
  notEnoughFunds: 'Your wallet cannot set aside one hour of this price.',
  contractChanged: 'The contract has changed. Please reload this page and read it again.',
  rateChanged: 'The owner has changed the price, to the one that you see here now. You were not charged; agree anew.',
  emailNotVerified: 'Please verify your e-mail address first.',
  suspended: 'Your account is suspended.',
  noPortFree: 'The relay has no free port just now. Please try again in a few minutes.',
};

const rentForm = z.object({ deviceId: z.string(), contractHash: z.string(), rate: z.coerce.bigint() });

export const rentAction = memberAction(rentForm, async (asked, member, { at }) => {
  const sealer = createSealer(webConfig().BROKER_SECRETS);
  const outcome = await rentDevice({ ...asked, renterId: member.id, at, sealer });
  if (!outcome.ok) {
    if (outcome.reason === 'rateChanged') revalidatePath(`/devices/${asked.deviceId}`);
    return { message: refusals[outcome.reason] };
  }

  redirect(`/rentals/${outcome.value.rentalId}`);
});
