import 'server-only';
import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { parseMoney } from '#lib/money';
import type { FormState } from '#lib/web/form-action';

/** Why an admin does something, in words for other admins. */
export const reason = z
  .string()
  .trim()
  .min(3, 'Please give a reason that others will understand.')
  .max(500, 'Please be shorter.');

/** Dollars as people write them, in micro-dollars. */
export const dollars = z.string().transform((text, context) => {
  const parsed = parseMoney(text);
  if (parsed === null) context.addIssue({ code: 'custom', message: 'Please give an amount like 25 or 12.50.' });
  return parsed ?? z.NEVER;
});

/** Makes a form's answer of a command's: says in these sentences why nothing was done, or shows every list of admins anew. */
export function answersIn<Reason extends string>(refusals: Record<Reason, string>) {
  return (outcome: { ok: boolean; reason?: Reason }): FormState => {
    if (!outcome.ok && outcome.reason) return { message: refusals[outcome.reason] };
    revalidatePath('/admin', 'layout');
    return { done: true };
  };
}
