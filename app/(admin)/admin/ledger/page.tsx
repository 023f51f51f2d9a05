import type { Metadata } from 'next';
import { Badge } from '#components/ui/badge';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { PageHeader } from '#components/ui/page-header';
import { Table, Td, Th } from '#components/ui/table';
import { checkInvariants } from '#lib/ledger/invariants';
import { getTrialBalance, type Trial } from '#lib/ledger/trial-balance';
import { requireAdmin } from '#lib/web/session';
import { Units } from '../units.tsx';

export const metadata: Metadata = { title: 'Ledger' };

export default async function LedgerPage({ searchParams }: PageProps<'/admin/ledger'>) {
  await requireAdmin();
  const isChecking = (await searchParams).check !== undefined;
  return (
    <>
      <PageHeader title="Ledger">Every sum that ever moved, in accounts that cancel each other out.</PageHeader>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <div className="grid gap-6">
          {(await getTrialBalance()).map((trial) => (
            <TrialBalance key={trial.currency} {...trial} />
          ))}
        </div>
        <Card
          title="Promises of the books"
          hint="Checked every night against every row."
          flush
          actions={
            <ButtonLink size="small" href="/admin/ledger?check">
              Check now
            </ButtonLink>
          }
        >
          {isChecking ? (
            <Promises />
          ) : (
            <EmptyState title="Not checked just now">Checking reads the whole ledger; it can take a while.</EmptyState>
          )}
        </Card>
      </div>
    </>
  );
}

function TrialBalance({ currency, lines, debit, credit }: Trial) {
  const head = (
    <>
      <Th>Accounts</Th>
      <Th numeric>Debit</Th>
      <Th numeric>Credit</Th>
    </>
  );
  const title = `Trial balance in ${currency}`;
  return (
    <Card title={title} hint="Both columns have the same sum." flush>
      <Table label={title} head={head}>
        {lines.map(({ kind, accounts, debit, credit }) => (
          <tr key={kind}>
            <Td>
              <span className="figure">{kind}</span>{' '}
              <span className="text-sm whitespace-nowrap text-ink-faint">× {accounts}</span>
            </Td>
            <Td label="Debit" numeric>
              {debit > 0n && <Units amount={debit} currency={currency} />}
            </Td>
            <Td label="Credit" numeric>
              {credit > 0n && <Units amount={credit} currency={currency} />}
            </Td>
          </tr>
        ))}
        <tr className="font-medium">
          <Td>{debit === credit ? <Badge tone="good">Balanced</Badge> : <Badge tone="bad">Not balanced</Badge>}</Td>
          <Td label="Debit" numeric>
            <Units amount={debit} currency={currency} />
          </Td>
          <Td label="Credit" numeric>
            <Units amount={credit} currency={currency} />
          </Td>
        </tr>
      </Table>
    </Card>
  );
}

async function Promises() {
  const checks = await checkInvariants();
  return (
    <ul className="divide-y divide-line">
      {checks.map(({ name, ok, detail }) => (
        <li key={name} className="flex items-start justify-between gap-4 px-5 py-2.5">
          <span>
            {name}
            {detail && <span className="figure block text-sm wrap-anywhere text-bad">{detail}</span>}
          </span>
          {ok ? <Badge tone="good">Holds</Badge> : <Badge tone="bad">Broken</Badge>}
        </li>
      ))}
    </ul>
  );
}
