import type { Metadata } from 'next';
import { WebhookBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { EmptyState } from '#components/ui/empty-state';
import { Link } from '#components/ui/link';
import { PageHeader } from '#components/ui/page-header';
import { Pagination } from '#components/ui/pagination';
import { ActionsTh, Td, Th } from '#components/ui/table';
import { TableCard } from '#components/ui/table-card';
import { Tabs } from '#components/ui/tabs';
import { pageOf } from '#lib/web/page-number';
import { requireAdmin } from '#lib/web/session';
import { listWebhooks, WEBHOOKS_PAGE, type WebhookLine, webhookStates } from '#lib/webhooks/queries';
import { Replay } from './replay.tsx';

export const metadata: Metadata = { title: 'Webhooks' };

const path = '/admin/money/webhooks';
const labels = { waiting: 'Waiting', dead: 'Given up', done: 'Done' };

export default async function WebhooksPage({ searchParams }: PageProps<'/admin/money/webhooks'>) {
  await requireAdmin();
  const asked = await searchParams;
  const state = webhookStates.find((state) => state === asked.state) ?? null;
  const page = pageOf(asked.page);
  const { events, total } = await listWebhooks({ state, page });
  const hrefFor = (page: number) => `${path}?${state ? `state=${state}&` : ''}page=${page}`;
  return (
    <>
      <PageHeader title="Webhooks" back={{ href: '/admin/money', label: 'Money desk' }}>
        What providers told us. An event only says where to look; what is true is asked of the provider.
      </PageHeader>
      <Tabs
        label="Which webhooks"
        tabs={[
          { href: path, label: 'All', current: state === null },
          ...webhookStates.map((one) => ({ href: `${path}?state=${one}`, label: labels[one], current: one === state })),
        ]}
      />
      <List events={events} />
      <Pagination page={page} pageSize={WEBHOOKS_PAGE} total={total} hrefFor={hrefFor} />
    </>
  );
}

function List({ events }: { events: WebhookLine[] }) {
  const head = (
    <>
      <Th>Event</Th>
      <Th>State</Th>
      <Th numeric>Attempts</Th>
      <Th numeric>Received</Th>
      <ActionsTh />
    </>
  );
  return (
    <TableCard
      label="Webhooks"
      titled={false}
      head={head}
      empty={<EmptyState title="Nothing here">No webhook is in this state.</EmptyState>}
    >
      {events.map((event) => (
        <tr key={event.id.toString()} className="align-top">
          <Td>
            <Link href={`${path}/${event.id}`} className="link figure wrap-anywhere">
              {event.type}
            </Link>
            <p className="text-sm text-ink-soft">{event.provider}</p>
          </Td>
          <Td>
            <WebhookBadge state={event.state} />
            {event.problem && <p className="mt-1 max-w-md text-sm wrap-anywhere text-bad">{event.problem}</p>}
          </Td>
          <Td label="Attempts" numeric>
            {event.attempts}
          </Td>
          <Td label="Received" numeric>
            <Timestamp at={event.receivedAt} part="second" />
          </Td>
          <Td className="text-right">{event.state === 'dead' && <Replay event={event} />}</Td>
        </tr>
      ))}
    </TableCard>
  );
}
