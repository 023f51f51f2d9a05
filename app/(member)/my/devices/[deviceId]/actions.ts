'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { webConfig } from '#lib/config/web';
import {
  changeDisk,
  changeRate,
  describeDevice,
  replaceKey,
  retireDevice,
  retryVerification,
  setListed,
} from '#lib/devices/commands';
import { withdrawDevice } from '#lib/rentals/commands';
import { createSealer } from '#lib/secrets';
import { ownerAction } from '#lib/web/form-action';
import { countryField, diskField, nameField, rateField } from '../fields.ts';

const refusals = {
  notFound: 'We could not find that device.',
  retired: 'This device is retired.',
  inUse: 'The device is in use: that is possible once its rental has ended and it was wiped.',
  notRented: 'Nobody rents it now.',
  rateOutOfRange: 'From $0.0001 to $100 an hour.',
};

const device = z.object({ deviceId: z.string() });

export const changeRateAction = ownerAction(device.extend({ rate: rateField }), async (asked, owner, { at }) => {
  const outcome = await changeRate({ ...asked, ownerId: owner.id, at });
  if (!outcome.ok) return { problems: { rate: refusals[outcome.reason] } };

  revalidatePath(`/my/devices/${asked.deviceId}`);
  return { done: true, message: 'Changed. A rental that runs now keeps its rate.' };
});

const disk = device.extend({ diskGigabytes: diskField });

export const changeDiskAction = ownerAction(disk, async (asked, owner, { at }) => {
  const sealer = createSealer(webConfig().BROKER_SECRETS);
  const outcome = await changeDisk({ ...asked, ownerId: owner.id, at, sealer });
  if (!outcome.ok) return { problems: { diskGigabytes: refusals[outcome.reason] } };

  revalidatePath(`/my/devices/${asked.deviceId}`);
  return { done: true, message: 'Changed.' };
});

const description = device.extend({ name: nameField, country: countryField });

export const describeDeviceAction = ownerAction(description, async (asked, owner, { at }) => {
  const outcome = await describeDevice({ ...asked, ownerId: owner.id, at });
  if (!outcome.ok) return { problems: { country: refusals[outcome.reason] } };

  revalidatePath(`/my/devices/${asked.deviceId}`);
  return { done: true, message: 'Changed.' };
});

const listing = device.extend({ listed: z.enum(['yes', 'no']) });

export const setListedAction = ownerAction(listing, async ({ deviceId, listed }, owner, { at }) => {
  const outcome = await setListed({ deviceId, listed: listed === 'yes', ownerId: owner.id, at });
  if (!outcome.ok) return { message: refusals[outcome.reason] };

  revalidatePath(`/my/devices/${deviceId}`);
});

export const replaceKeyAction = ownerAction(device, async ({ deviceId }, owner, { at }) => {
  const outcome = await replaceKey({ deviceId, ownerId: owner.id, at });
  if (!outcome.ok) return { message: refusals[outcome.reason] };

  revalidatePath(`/my/devices/${deviceId}`);
  return { done: true, issued: { deviceId, key: outcome.value.key } };
});

export const retryVerificationAction = ownerAction(device, async ({ deviceId }, owner, { at }) => {
  const sealer = createSealer(webConfig().BROKER_SECRETS);
  const outcome = await retryVerification({ deviceId, ownerId: owner.id, at, sealer });
  if (!outcome.ok) return { message: refusals[outcome.reason] };

  revalidatePath(`/my/devices/${deviceId}`);
});

export const withdrawDeviceAction = ownerAction(device, async ({ deviceId }, owner, { at }) => {
  const outcome = await withdrawDevice({ deviceId, ownerId: owner.id, at });
  if (!outcome.ok) return { message: refusals[outcome.reason] };

  revalidatePath(`/my/devices/${deviceId}`);
});

export const retireDeviceAction = ownerAction(device, async ({ deviceId }, owner, { at }) => {
  const outcome = await retireDevice({ deviceId, ownerId: owner.id, at });
  if (!outcome.ok) return { message: refusals[outcome.reason] };

  revalidatePath(`/my/devices/${deviceId}`);
});
