import type { ReactNode } from 'react';
import { Timestamp } from '#components/timestamp';
import { Badge } from '#components/ui/badge';
import { EmptyState } from '#components/ui/empty-state';
import { Td, Th } from '#components/ui/table';
import { TableCard } from '#components/ui/table-card';
import type { ProviderDesk, Traffic } from '#lib/provider-checks/queries';
import { Units } from '../units.tsx';

type Props = { desks: ProviderDesk[]; names: ReadonlyMap<string, string>; actions: ReactNode };

/** Every provider: whether it answers, what it told us last, and what is under way with it. */
export function ProviderTable({ desks, names, actions }: Props) {
  const head = (
    <>
      <Th>Provider</Th>
      <Th>Answers</Th>
      <Th numeric>On our account</Th>
      <Th numeric>Last webhook</Th>
      <Th numeric>Top-ups</Th>
      <Th numeric>Payouts</Th>
      <Th numeric>Refunds</Th>
    </>
  );
  const empty = (
    <EmptyState title="No provider is set up">
      Money is credited by hand. The settings of the web program name the keys of each provider.
    </EmptyState>
  );
  return (
    <TableCard
      label="Providers"
      hint="Asked every 15 minutes what stands on our account."
      {...{ actions, head, empty }}
    >
      {desks.map((desk) => (
        <Row key={desk.provider} desk={desk} name={names.get(desk.provider)} />
      ))}
    </TableCard>
  );
}

function Row({ desk, name }: { desk: ProviderDesk; name: string | undefined }) {
  const { provider, check, lastWebhookAt } = desk;
  const balances = Object.entries(check?.balances ?? {});
  return (
    <tr className="align-top">
      <Td>
        <p className="font-medium">{name ?? 'Not set up any more'}</p>
        <p className="figure text-sm text-ink-faint">{provider}</p>
      </Td>
      <Td label="Answers">
        <Health check={check} />
      </Td>
      <Td label="On our account" numeric>
        {balances.length > 0 &&
          balances.map(([currency, amount]) => (
            <p key={currency}>
              <Units amount={BigInt(amount)} currency={currency} />
            </p>
          ))}
      </Td>
      <Td label="Last webhook" numeric>
        {lastWebhookAt && <Timestamp at={lastWebhookAt} />}
      </Td>
      <TrafficCell label="Top-ups" traffic={desk.topUps} />
      <TrafficCell label="Payouts" traffic={desk.payouts} />
      <TrafficCell label="Refunds" traffic={desk.refunds} />
    </tr>
  );
}

function Health({ check }: Pick<ProviderDesk, 'check'>) {
  if (!check) return <Badge>Not asked yet</Badge>;
  return (
    <>
      {check.problem ? <Badge tone="bad">Does not answer</Badge> : <Badge tone="good">Well</Badge>}
      {check.problem && <p className="mt-1 max-w-64 text-sm wrap-anywhere text-bad">{check.problem}</p>}
      <p className="mt-1 text-sm whitespace-nowrap text-ink-faint">
        <Timestamp at={check.askedAt} />, <span className="figure">{check.milliseconds} ms</span>
      </p>
    </>
  );
}

function TrafficCell({ label, traffic }: { label: string; traffic: Traffic }) {
  return (
    <Td label={label} numeric>
      <p>{traffic.open} open</p>
      {traffic.inTrouble > 0 && <p className="text-bad">{traffic.inTrouble} in trouble</p>}
    </Td>
  );
}
