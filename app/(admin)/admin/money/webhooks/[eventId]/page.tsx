import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { WebhookBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import { Link } from '#components/ui/link';
import { PageHeader } from '#components/ui/page-header';
import { requireAdmin } from '#lib/web/session';
import { findWebhook } from '#lib/webhooks/queries';
import { Replay } from '../replay.tsx';

export const metadata: Metadata = { title: 'Webhook' };

type Event = NonNullable<Awaited<ReturnType<typeof findWebhook>>>;

export default async function WebhookPage({ params }: PageProps<'/admin/money/webhooks/[eventId]'>) {
  await requireAdmin();
  const event = await findWebhook((await params).eventId);
  if (!event) notFound();
  return (
    <>
      <PageHeader
        title={<span className="font-mono text-[0.95em] wrap-anywhere">{event.type}</span>}
        back={{ href: '/admin/money/webhooks', label: 'Webhooks' }}
        aside={<WebhookBadge state={event.state} />}
        actions={<Replay event={event} />}
      >
        From {event.provider}. Its body is not kept.
      </PageHeader>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Life event={event} />
        <About event={event} />
      </div>
    </>
  );
}

function Life({ event }: { event: Event }) {
  const { eventId, receivedAt, attempts, processedAt, deadAt, nextAttemptAt, problem, state } = event;
  return (
    <Card title="Life">
      <Facts>
        <Fact label="The provider’s id">{eventId}</Fact>
        <Fact label="Received">
          <Timestamp at={receivedAt} part="second" />
        </Fact>
        <Fact label="Attempts">{attempts}</Fact>
        {state === 'waiting' && (
          <Fact label="Next attempt">
            <Timestamp at={nextAttemptAt} part="second" />
          </Fact>
        )}
        {processedAt && (
          <Fact label="Done">
            <Timestamp at={processedAt} part="second" />
          </Fact>
        )}
        {deadAt && (
          <Fact label="Given up">
            <Timestamp at={deadAt} part="second" />
          </Fact>
        )}
        {problem && (
          <Fact label="In the way" prose>
            <span className="wrap-anywhere text-bad">{problem}</span>
          </Fact>
        )}
      </Facts>
    </Card>
  );
}

function About({ event: { references, payoutKeys, topUps, payoutIds } }: { event: Event }) {
  return (
    <Card title="About">
      <Facts>
        {[...references, ...payoutKeys].map((name) => (
          <Fact key={name} label="Named by the provider">
            <span className="break-all">{name}</span>
          </Fact>
        ))}
        {topUps.map(({ id, userId, state }) => (
          <Fact key={id} label="Top-up" hint={state}>
            <Link href={`/admin/users/${userId}`} className="link break-all">
              {id}
            </Link>
          </Fact>
        ))}
        {payoutIds.map((id) => (
          <Fact key={id} label="Payout">
            <Link href="/admin/payouts" className="link break-all">
              {id}
            </Link>
          </Fact>
        ))}
      </Facts>
      {topUps.length + payoutIds.length === 0 && (
        <p className="mt-2 text-ink-soft">It names no top-up and no payout of ours.</p>
      )}
    </Card>
  );
}
