import type { Metadata } from 'next';
import { Timestamp } from '#components/timestamp';
import { ActionForm } from '#components/ui/action-form';
import { Badge } from '#components/ui/badge';
import { EmptyState } from '#components/ui/empty-state';
import { Notice } from '#components/ui/notice';
import { PageHeader } from '#components/ui/page-header';
import { SubmitButton } from '#components/ui/submit-button';
import { Td, Th } from '#components/ui/table';
import { TableCard } from '#components/ui/table-card';
import { providerName } from '#lib/payments/provider';
import { listReconciliations, type ReconciliationLine } from '#lib/reconciliations/queries';
import { requireAdmin } from '#lib/web/session';
import { treasury } from '#lib/web/treasury';
import { reconcileAction } from '../actions.ts';
import { Differences } from './differences.tsx';

export const metadata: Metadata = { title: 'Reconciliation' };

export default async function ReconciliationsPage() {
  await requireAdmin();
  const runs = await listReconciliations();
  const newest = runs.filter((run) => run.newest);
  const apart = newest.filter(({ problem, differences }) => problem || differences.length > 0);
  return (
    <>
      <PageHeader
        title="Reconciliation"
        back={{ href: '/admin/money', label: 'Money desk' }}
        actions={
          <ActionForm action={reconcileAction} label="Compare now">
            <SubmitButton>Compare now</SubmitButton>
          </ActionForm>
        }
      >
        Every day the books are compared with what each provider says. What differs stands here until somebody has
        explained it; nothing is mended by itself.
      </PageHeader>
      <div className="grid gap-6">
        {newest.length > 0 && apart.length === 0 && (
          <Notice tone="good" title="The books agree with what every provider says" />
        )}
        {apart.map((run) => (
          <Differences key={run.id} run={run} name={nameOf(run)} />
        ))}
        <History runs={runs} />
      </div>
    </>
  );
}

const nameOf = ({ provider }: ReconciliationLine) => providerName(treasury().providers, provider);

function History({ runs }: { runs: ReconciliationLine[] }) {
  const head = (
    <>
      <Th>Provider</Th>
      <Th>Result</Th>
      <Th numeric>Compared</Th>
    </>
  );
  const empty = (
    <EmptyState title="Nothing was compared yet">
      Each provider that is set up is compared with the books once a day.
    </EmptyState>
  );
  return (
    <TableCard label="History" head={head} empty={empty}>
      {runs.map((run) => (
        <tr key={run.id}>
          <Td>{nameOf(run)}</Td>
          <Td>
            <Result run={run} />
          </Td>
          <Td label="Compared" numeric>
            <Timestamp at={run.at} />
          </Td>
        </tr>
      ))}
    </TableCard>
  );
}

function Result({ run: { problem, differences } }: { run: ReconciliationLine }) {
  if (problem) return <Badge tone="warn">Did not answer</Badge>;
  if (differences.length === 0) return <Badge tone="good">Agrees</Badge>;
  return (
    <Badge tone="bad">
      {differences.length} {differences.length === 1 ? 'difference' : 'differences'}
    </Badge>
  );
}
