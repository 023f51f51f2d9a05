import { and, count, desc, eq, inArray, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import { db } from '#db/client';
import { payments, topUps, webhookEvents } from '#db/schema/payments';
import { payoutIdOf } from '../payouts/terms.ts';

/** How many webhooks a page shows. */
export const WEBHOOKS_PAGE = 50;

/** Where a webhook can be: still to be worked on, given up until an admin plays it again, or done. */
export const webhookStates = ['waiting', 'dead', 'done'] as const;
/** One of them. */
export type WebhookState = (typeof webhookStates)[number];

const { processedAt, deadAt } = webhookEvents;
const inState: Record<WebhookState, SQL | undefined> = {
  waiting: and(isNull(processedAt), isNull(deadAt)),
  dead: and(isNull(processedAt), isNotNull(deadAt)),
  done: isNotNull(processedAt),
};

/** What providers have told us, newest first, in one state or in any. */
export async function listWebhooks({ state, page }: { state: WebhookState | null; page: number }) {
  const which = state ? inState[state] : undefined;
  const [events, [counted]] = await Promise.all([
    db
      .select()
      .from(webhookEvents)
      .where(which)
      .orderBy(desc(webhookEvents.id))
      .limit(WEBHOOKS_PAGE)
      .offset((page - 1) * WEBHOOKS_PAGE),
    db.select({ total: count() }).from(webhookEvents).where(which),
  ]);
  return { events: events.map(withState), total: counted?.total ?? 0 };
}

/** A webhook in a list; what a provider sent us beyond these names is not kept. */
export type WebhookLine = Awaited<ReturnType<typeof listWebhooks>>['events'][number];

function withState(event: typeof webhookEvents.$inferSelect) {
  const state: WebhookState = event.processedAt ? 'done' : event.deadAt ? 'dead' : 'waiting';
  return { ...event, state };
}

/** One webhook, with whose top-ups and payouts it is about; null when there is none. */
export async function findWebhook(eventId: string) {
  if (!/^\d{1,18}$/.test(eventId)) return null;
  const [event] = await db
    .select()
    .from(webhookEvents)
    .where(eq(webhookEvents.id, BigInt(eventId)));
  if (!event) return null;
  const { provider, references, payoutKeys } = event;
  const ofPayment = db.select({ id: payments.topUpId }).from(payments).where(inArray(payments.reference, references));
  const about = await db
    .select({ id: topUps.id, reference: topUps.reference, userId: topUps.userId, state: topUps.state })
    .from(topUps)
    .where(and(eq(topUps.provider, provider), or(inArray(topUps.reference, references), inArray(topUps.id, ofPayment))))
    .orderBy(sql`${topUps.id} desc`)
    .limit(20);
  const payoutIds = payoutKeys.flatMap((key) => payoutIdOf(key) ?? []);
  return { ...withState(event), topUps: about, payoutIds };
}
