import { z } from 'zod';

/** What somebody may want on papers: a name, an address of a few lines, perhaps a tax id. */
export const letterheadFields = {
  name: z.string().trim().min(1, 'Please give a name.').max(120, 'Please use at most 120 characters.'),
  address: z
    .string()
    .trim()
    .max(500, 'Please use at most 500 characters.')
    .refine((text) => text.split('\n').length <= 8, 'Please use at most eight lines.'),
  taxId: z.string().trim().max(40, 'Please use at most 40 characters.'),
};
