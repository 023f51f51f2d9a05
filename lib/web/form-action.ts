import { databaseTime } from '#lib/clock';
import 'server-only';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import type { z } from 'zod';
import { db } from '#db/client';
import { record } from '#lib/audit/commands';
import { webConfig } from '#lib/config/web';
import { PaymentError } from '#lib/payments/provider';
import { sayUnavailable } from './answering.ts';
import { clientAddress } from './client.ts';
import { isOutage } from './outage.ts';
import { currentMember, currentPath, isFresh, type Member, requireMember } from './session.ts';

/** What a form shows after it was sent: a sentence, a sentence a field, and whether it was done. */
export type FormState = {
  message?: string;
  problems?: Record<string, string>;
  done?: boolean;
  /** Where it goes on, outside of this broker. */
  leadsTo?: string;
  /** A registration key that was just made, to be shown this once. */
  issued?: { deviceId: string; key: string };
};

/** From where and when a form was sent. */
export type FormFacts = { address: string; userAgent: string; at: Date };

/** A server action as `useActionState` calls it. */
export type FormAction = (state: FormState, form: FormData) => Promise<FormState>;

/** An action that answers nothing has done what was asked. */
type Answer = Promise<FormState | undefined>;
type Work<Schema extends z.ZodType, Person> = (input: z.output<Schema>, person: Person, facts: FormFacts) => Answer;

/** An action that anybody may take, signed in or not. */
export function visitorAction<Schema extends z.ZodType>(schema: Schema, work: Work<Schema, Member | null>): FormAction {
  return formAction(schema, work, async () => ({ person: await currentMember() }));
}

/** An action that needs a session; the command checks whose things it touches. */
export function memberAction<Schema extends z.ZodType>(schema: Schema, work: Work<Schema, Member>): FormAction {
  return formAction(schema, work, async () => ({ person: await requireMember() }));
}

/** An action on one's own devices; everybody may own. */
export const ownerAction = memberAction;

/** An action that a thief of a session must not take: the password was given within ten minutes. */
export function freshAction<Schema extends z.ZodType>(schema: Schema, work: Work<Schema, Member>): FormAction {
  return formAction(schema, work, async () => {
    const person = await requireMember();
    if (!isFresh(person)) redirect(`/confirm?next=${encodeURIComponent(await currentPath())}`);
    return { person };
  });
}

/** An action of admins; attempts of others are on record. */
export function adminAction<Schema extends z.ZodType>(schema: Schema, work: Work<Schema, Member>): FormAction {
  return formAction(schema, work, async (facts) => {
    const person = await requireMember();
    if (person.isAdmin) return { person };
    await recordDenial(person.id, facts);
    return { message: 'Only an admin can do that.' };
  });
}

/** An action of a mere button, with nothing to fill in: it is taken only from our own pages. */
export function buttonAction(work: () => Promise<void>): () => Promise<void> {
  return async () => {
    if ((await factsOfRequest()) !== null) await work();
  };
}

/** A question that a page asks for its member without a form; sent from elsewhere, it gets no answer. */
export function memberQuestion<Schema extends z.ZodType, Answer>(
  schema: Schema,
  work: (input: z.output<Schema>, member: Member) => Promise<Answer>,
): (input: z.input<Schema>) => Promise<Answer | { message: string }> {
  return async (input) => {
    const parsed = schema.safeParse(input);
    if ((await factsOfRequest()) === null || !parsed.success)
      return { message: 'Please reload the page and try again.' };
    return work(parsed.data, await requireMember());
  };
}

type Admission<Person> = { person: Person } | { message: string };

function formAction<Schema extends z.ZodType, Person>(
  schema: Schema,
  work: Work<Schema, Person>,
  admit: (facts: FormFacts) => Promise<Admission<Person>>,
): FormAction {
  return async (_, form) => {
    const facts = await factsOfRequest();
    if (facts === null) return { message: 'This form was not sent from our own page. Reload the page and try again.' };
    try {
      const admission = await admit(facts);
      if ('message' in admission) return admission;

      const parsed = schema.safeParse(fieldsOf(form));
      if (!parsed.success) return { problems: problemsOf(parsed.error) };
      return (await work(parsed.data, admission.person, facts)) ?? { done: true };
    } catch (error) {
      // Trying again does not help here; the message holds no secret.
      if (error instanceof PaymentError && !error.retryable) return { message: `${error.message}.` };
      if (!isOutage(error)) throw error;
      sayUnavailable();
      return { message: 'Something we depend on is away for a moment. Please try again.' };
    }
  };
}

/** Null when the form comes from somewhere else: Next lets requests pass that do not say where they come from. */
async function factsOfRequest(): Promise<FormFacts | null> {
  const sent = await headers();
  if (sent.get('origin') !== new URL(webConfig().PUBLIC_URL).origin) return null;
  return { address: clientAddress(sent), userAgent: sent.get('user-agent') ?? '', at: databaseTime() };
}

async function recordDenial(actorId: string, { address, at }: Pick<FormFacts, 'address' | 'at'>) {
  const objectId = await currentPath();
  await record(db, { actorId, action: 'accessDenied', objectKind: 'page', objectId, address, at });
}

/** The fields of a form, without the one character that the database cannot keep. */
function fieldsOf(form: FormData): Record<string, FormDataEntryValue> {
  const kept = (value: FormDataEntryValue) => (typeof value === 'string' ? value.replaceAll('\0', '') : value);
  return Object.fromEntries([...form].map(([name, value]) => [name, kept(value)]));
}

/** The first problem of each field, by its name. */
function problemsOf({ issues }: z.ZodError): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { path, message } of issues) problems[path.join('.')] ??= message;
  return problems;
}
