import { and, eq, inArray, isNotNull, isNull, lte, or, sql } from 'drizzle-orm';
import { union } from 'drizzle-orm/pg-core';
import { db } from '#db/client';
import { payments, topUps, unapplied, webhookEvents } from '#db/schema/payments';
import { record } from '../audit/commands.ts';
import { InvariantError } from '../errors.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { PaymentError, type TopUpStatus } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { syncPayout } from '../payouts/sending.ts';
import { payoutIdOf } from '../payouts/terms.ts';
import { syncTopUp } from '../top-ups/sync.ts';

/** How many events are worked on at once. */
const HANDS = 8;

/** For how long an event is in one hand; longer than all the questions that it may bring. */
const LEASE_MS = 120_000;

/** After how many failures an event waits for an admin. */
const ATTEMPTS = 12;

/** A webhook as it came in. */
export type Incoming = { provider: string; body: Uint8Array; headers: Headers; at: Date };

/** Keeps an authentic webhook, once, to be worked on later; the provider may be told that we have it. */
export async function receiveWebhook(
  { providers }: Treasury,
  { provider: id, body, headers, at }: Incoming,
): Promise<Outcome<void, 'notFound' | 'notAuthentic'>> {
  const provider = providers.get(id);
  if (!provider?.readWebhook) return refused('notFound');
  const event = await provider.readWebhook(body, headers);
  if (!event) return refused('notAuthentic');
  await db
    .insert(webhookEvents)
    .values({ provider: id, ...event, receivedAt: at, nextAttemptAt: at })
    .onConflictDoNothing();
  return done(undefined);
}

/** Works on every event that is due; what fails is tried again later, and waits for an admin in the end. */
export async function processDueWebhooks(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  const hands = await Promise.allSettled(Array.from({ length: HANDS }, () => workOff(treasury, at)));
  const failures = hands.flatMap((hand) => (hand.status === 'rejected' ? [hand.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} webhooks failed`);
}

async function workOff(treasury: Treasury, at: Date) {
  while (await processNext(treasury, at));
}

async function processNext(treasury: Treasury, at: Date): Promise<boolean> {
  const event = await takeUp(at);
  if (!event) return false;
  const settle = (outcome: Partial<Event>) =>
    db.update(webhookEvents).set(outcome).where(eq(webhookEvents.id, event.id));
  try {
    await attempt(treasury, event, at);
    await settle({ processedAt: at, problem: null });
  } catch (error) {
    await settle(laterOn(event, problemOf(error), at));
    if (!isExpected(error)) throw error;
  }
  return true;
}

/** A provider that is away and a broken promise of ours both may pass; anything else is for the log as well. */
function isExpected(error: unknown): error is Error {
  return error instanceof PaymentError || error instanceof InvariantError;
}

/** Admins read it: what nobody expected may quote anything, so it stays in the log. */
function problemOf(error: unknown): string {
  return isExpected(error) ? error.message : 'something of ours failed; the log of the jobs tells what';
}

/** Nobody else takes the event up for a while, and no connection waits with it; after a crash it is due again. */
async function takeUp(at: Date): Promise<Event | undefined> {
  const { id, processedAt, deadAt, nextAttemptAt, attempts } = webhookEvents;
  const due = db
    .select({ id })
    .from(webhookEvents)
    .where(and(isNull(processedAt), isNull(deadAt), lte(nextAttemptAt, at)))
    .orderBy(nextAttemptAt)
    .limit(1)
    .for('update', { skipLocked: true });
  const [event] = await db
    .update(webhookEvents)
    .set({ attempts: sql`${attempts} + 1`, nextAttemptAt: new Date(at.getTime() + LEASE_MS) })
    .where(sql`${id} = (${due})`)
    .returning();
  return event;
}

type Event = typeof webhookEvents.$inferSelect;

function laterOn({ attempts }: Event, problem: string, at: Date) {
  if (attempts >= ATTEMPTS) return { problem, deadAt: at };
  const minutes = Math.min(2 ** (attempts - 1), 360);
  return { problem, nextAttemptAt: new Date(at.getTime() + minutes * 60_000) };
}

async function attempt(treasury: Treasury, event: Event, at: Date): Promise<void> {
  for (const reference of event.references) await lookAgain(treasury, event, reference, at);
  for (const payoutId of event.payoutKeys.flatMap((key) => payoutIdOf(key) ?? []))
    await syncPayout(treasury, { payoutId, at });
}

/** An event only says where to look: what is true is asked of the provider. */
async function lookAgain(treasury: Treasury, event: Event, reference: string, at: Date) {
  const { provider: id } = event;
  const [known] = await db
    .select({ topUpId: topUps.id })
    .from(topUps)
    .where(and(eq(topUps.provider, id), eq(topUps.reference, reference)));
  if (known) return syncTopUp(treasury, { topUpId: known.topUpId, at });

  const status = await treasury.providers.get(id)?.getTopUp(reference);
  const topUpId = status?.topUpId ?? '';
  const [named] = await db
    .update(topUps)
    .set({ reference: sql`coalesce(${topUps.reference}, ${reference})` }) // null: the answer of a charge was lost
    .where(
      and(
        sql`${topUps.id}::text = ${topUpId}`,
        eq(topUps.provider, id),
        // A page whose address was lost was seen by nobody, so whoever pays under its name made another.
        or(isNotNull(topUps.reference), topUps.automatic),
      ),
    )
    .returning({ topUpId: topUps.id });
  if (named) await syncTopUp(treasury, { topUpId: named.topUpId, at });
  if (!status || (await hasUnbooked(id, status))) await noteUnknown(event, reference, at);
}

/** Whether somebody paid what stands neither in a wallet nor among what admins decide about. */
async function hasUnbooked(provider: string, status: TopUpStatus): Promise<boolean> {
  const paid = [...new Set(status.payments.map(({ id }) => id))];
  const credited = db
    .select({ reference: payments.reference })
    .from(payments)
    .innerJoin(topUps, eq(topUps.id, payments.topUpId))
    .where(and(eq(topUps.provider, provider), inArray(payments.reference, paid)));
  const setAside = db
    .select({ reference: unapplied.reference })
    .from(unapplied)
    .where(and(eq(unapplied.provider, provider), inArray(unapplied.reference, paid)));
  return (await union(credited, setAside)).length < paid.length;
}

/** Somebody paid, and it is for nothing of ours: an admin should look. */
async function noteUnknown({ provider }: Event, reference: string, at: Date) {
  await db.insert(unapplied).values({ provider, reference, reason: 'unknownTopUp', at }).onConflictDoNothing();
}

/** An admin has an event that was given up, or that is done, worked on again; what is true already changes nothing. */
export async function replayWebhook(asked: {
  eventId: bigint;
  adminId: string;
  address: string;
  at: Date;
}): Promise<Outcome<void, 'notFound'>> {
  const { eventId, adminId, address, at } = asked;
  return db.transaction(async (tx) => {
    const [replayed] = await tx
      .update(webhookEvents)
      .set({ deadAt: null, processedAt: null, attempts: 0, nextAttemptAt: at })
      .where(eq(webhookEvents.id, eventId))
      .returning({ provider: webhookEvents.provider, type: webhookEvents.type });
    if (!replayed) return refused('notFound');
    const object = { objectKind: 'webhook', objectId: eventId.toString() };
    const detail = `${replayed.provider}: ${replayed.type}`;
    await record(tx, { actorId: adminId, action: 'webhookReplayed', ...object, detail, address, at });
    return done(undefined);
  });
}
