'use server';

import { z } from 'zod';
import { registerDevice } from '#lib/devices/commands';
import { ownerAction } from '#lib/web/form-action';
import { countryField, diskField, nameField, rateField } from '../fields.ts';

const deviceForm = z.object({
  name: nameField,
  country: countryField,
  rate: rateField,
  diskGigabytes: diskField,
  listed: z.literal('on').optional(),
});

export const registerDeviceAction = ownerAction(deviceForm, async (form, owner, { at }) => {
  const outcome = await registerDevice({ ...form, listed: form.listed === 'on', ownerId: owner.id, at });
  if (!outcome.ok) return { problems: { rate: 'From $0.0001 to $100 an hour.' } };

  return { done: true, issued: outcome.value };
});
