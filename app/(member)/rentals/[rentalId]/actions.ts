'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { webConfig } from '#lib/config/web';
import { setTlsPassthrough, stopRental } from '#lib/rentals/commands';
import { findPassword } from '#lib/rentals/queries';
import { createSealer } from '#lib/secrets';
import { memberAction, memberQuestion } from '#lib/web/form-action';

const refusals = {
  notFound: 'We could not find that rental.',
  over: 'This rental is over.',
};

export const stopRentalAction = memberAction(
  z.object({ rentalId: z.string() }),
  async ({ rentalId }, member, { at }) => {
    const outcome = await stopRental({ rentalId, renterId: member.id, at });
    if (!outcome.ok) return { message: refusals[outcome.reason] };

    revalidatePath(`/rentals/${rentalId}`);
  },
);

const tlsForm = z.object({ rentalId: z.string(), tls: z.enum(['relay', 'environment']) });

export const setTlsAction = memberAction(tlsForm, async ({ rentalId, tls }, member) => {
  const tlsPassthrough = tls === 'environment';
  const outcome = await setTlsPassthrough({ rentalId, renterId: member.id, tlsPassthrough });
  if (!outcome.ok) return { message: refusals[outcome.reason] };

  revalidatePath(`/rentals/${rentalId}`);
});

export const revealPassword = memberQuestion(z.string(), async (rentalId, member) => {
  const secret = await findPassword(rentalId, member.id, createSealer(webConfig().BROKER_SECRETS));
  return secret === null ? { message: refusals.over } : { secret };
});
