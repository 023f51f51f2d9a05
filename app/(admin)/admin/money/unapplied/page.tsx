import type { Metadata } from 'next';
import { Timestamp } from '#components/timestamp';
import { EmptyState } from '#components/ui/empty-state';
import { PageHeader } from '#components/ui/page-header';
import { Pagination } from '#components/ui/pagination';
import { Td, Th } from '#components/ui/table';
import { TableCard } from '#components/ui/table-card';
import { Tabs } from '#components/ui/tabs';
import { listUnapplied, UNAPPLIED_PAGE, type UnappliedLine } from '#lib/unapplied/queries';
import { pageOf } from '#lib/web/page-number';
import { requireAdmin } from '#lib/web/session';
import { Units } from '../../units.tsx';
import { Decide } from './decide.tsx';

export const metadata: Metadata = { title: 'Unmatched money' };

const path = '/admin/money/unapplied';
const reasons: Record<string, string> = {
  otherAmount: 'Not the amount that was asked for',
  otherCurrency: 'In another currency than was asked for',
  namesAnotherTopUp: 'The provider says that it is for another top-up',
  tooSmall: 'Worth less than a micro-dollar',
  unknownTopUp: 'For nothing that we asked for',
};

export default async function UnappliedPage({ searchParams }: PageProps<'/admin/money/unapplied'>) {
  await requireAdmin();
  const asked = await searchParams;
  const resolved = asked.state === 'resolved';
  const page = pageOf(asked.page);
  const { lines, total } = await listUnapplied({ resolved, page });
  return (
    <>
      <PageHeader title="Unmatched money" back={{ href: '/admin/money', label: 'Money desk' }}>
        Money that came in, or news of it, that fits nothing of ours.
      </PageHeader>
      <Tabs
        label="Which money"
        tabs={[
          { href: path, label: 'To be decided', current: !resolved },
          { href: `${path}?state=resolved`, label: 'Decided', current: resolved },
        ]}
      />
      <Lines lines={lines}>
        {resolved ? 'Nobody has decided about any yet.' : 'Every sum that came in has found its wallet.'}
      </Lines>
      <Pagination
        page={page}
        pageSize={UNAPPLIED_PAGE}
        total={total}
        hrefFor={(page) => `${path}?${resolved ? 'state=resolved&' : ''}page=${page}`}
      />
    </>
  );
}

function Lines({ lines, children: whyNone }: { lines: UnappliedLine[]; children: string }) {
  const head = (
    <>
      <Th>What</Th>
      <Th numeric>Amount</Th>
      <Th numeric>Found</Th>
      <Th>Decision</Th>
    </>
  );
  return (
    <TableCard
      label="Unmatched money"
      titled={false}
      head={head}
      empty={<EmptyState title="Nothing here">{whyNone}</EmptyState>}
    >
      {lines.map((line) => (
        <tr key={line.id} className="align-top">
          <Td>
            <p>{reasons[line.reason] ?? line.reason}</p>
            <p className="text-sm text-ink-soft">
              {line.provider} <span className="figure wrap-anywhere">{line.reference}</span>
            </p>
          </Td>
          <Td label="Amount" numeric>
            {line.amount !== null && line.currency && <Units amount={line.amount} currency={line.currency} />}
          </Td>
          <Td label="Found" numeric>
            <Timestamp at={line.at} />
          </Td>
          <Td>{line.resolvedAt ? <Decision line={line} /> : <Decide line={line} />}</Td>
        </tr>
      ))}
    </TableCard>
  );
}

function Decision({ line: { resolution, resolvedAt, adminEmail } }: { line: UnappliedLine }) {
  return (
    <>
      <p className="max-w-md wrap-anywhere first-letter:uppercase">{resolution}</p>
      <p className="text-sm wrap-anywhere text-ink-faint">
        {adminEmail}, {resolvedAt && <Timestamp at={resolvedAt} />}
      </p>
    </>
  );
}
