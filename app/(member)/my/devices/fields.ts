import { z } from 'zod';
import { countryCodes } from '#components/country';
import { parseMoney, rateLimits } from '#lib/money';

/** What an owner calls a device. */
export const nameField = z
  .string()
  .trim()
  .min(1, 'Give it a name, like “Pi in the kitchen”.')
  .max(60, 'At most 60 characters.');

/** Where a device stands. */
export const countryField = z
  .string('Choose a country.')
  .refine((code) => countryCodes.includes(code), 'Choose a country.');

/** What a device costs an hour, in micro-dollars. */
export const rateField = z.string().transform((text, context) => {
  const rate = parseMoney(text);
  if (rate !== null && rate >= rateLimits.least && rate <= rateLimits.most) return rate;
  context.addIssue('An amount from $0.0001 to $100 an hour, with at most six decimals.');
  return z.NEVER;
});

/** How much of its disk a device offers, in gigabytes. */
export const diskField = z.coerce
  .number('A whole number of gigabytes.')
  .int('A whole number of gigabytes.')
  .min(1, 'At least 1 GB.')
  .max(100_000, 'At most 100,000 GB.');
