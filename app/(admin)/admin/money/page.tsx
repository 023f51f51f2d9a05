import type { Metadata } from 'next';
import { ActionForm } from '#components/ui/action-form';
import { ButtonLink } from '#components/ui/button';
import { PageHeader } from '#components/ui/page-header';
import { Stat, Stats } from '#components/ui/stat';
import { SubmitButton } from '#components/ui/submit-button';
import { databaseTime } from '#lib/clock';
import { listProviderDesks, type ProviderDesk } from '#lib/provider-checks/queries';
import { listReconciliations, type ReconciliationLine } from '#lib/reconciliations/queries';
import { requireAdmin } from '#lib/web/session';
import { treasury } from '#lib/web/treasury';
import { checkProvidersAction } from './actions.ts';
import { ProviderTable } from './provider-table.tsx';

export const metadata: Metadata = { title: 'Money desk' };

export default async function MoneyDeskPage() {
  await requireAdmin();
  const { providers } = treasury();
  const [desks, runs] = await Promise.all([
    listProviderDesks([...providers.keys()], { at: databaseTime() }),
    listReconciliations(),
  ]);
  return (
    <>
      <PageHeader
        title="Money desk"
        actions={
          <>
            <ButtonLink href="/admin/money/webhooks">Webhooks</ButtonLink>
            <ButtonLink href="/admin/money/unapplied">Unmatched money</ButtonLink>
            <ButtonLink href="/admin/money/reconciliations">Reconciliation</ButtonLink>
          </>
        }
      >
        How things stand with every provider, and what waits for an admin.
      </PageHeader>
      <div className="grid gap-6">
        <Waiting desks={desks} runs={runs} />
        <ProviderTable
          desks={desks}
          names={new Map([...providers].map(([id, { name }]) => [id, name]))}
          actions={
            <ActionForm action={checkProvidersAction} label="Ask the providers">
              <SubmitButton size="small" variant="secondary">
                Ask them now
              </SubmitButton>
            </ActionForm>
          }
        />
      </div>
    </>
  );
}

function Waiting({ desks, runs }: { desks: ProviderDesk[]; runs: ReconciliationLine[] }) {
  const sum = (of: (desk: ProviderDesk) => number) => desks.reduce((total, desk) => total + of(desk), 0);
  const differences = runs.filter(({ newest }) => newest).reduce((total, run) => total + run.differences.length, 0);
  return (
    <Stats>
      <Stat label="Webhooks" hint="wait to be worked on">
        {sum(({ webhooks }) => webhooks.waiting)}
      </Stat>
      <Stat label="Given up" hint="webhooks to try again">
        {sum(({ webhooks }) => webhooks.dead)}
      </Stat>
      <Stat label="Unmatched money" hint="to be decided about">
        {sum(({ unapplied }) => unapplied)}
      </Stat>
      <Stat label="Differences" hint="in the last comparisons">
        {differences}
      </Stat>
    </Stats>
  );
}
