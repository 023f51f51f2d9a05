import type { Metadata } from 'next';
import { Timestamp } from '#components/timestamp';
import { Badge } from '#components/ui/badge';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import { Notice } from '#components/ui/notice';
import { PageHeader } from '#components/ui/page-header';
import { Stat, Stats } from '#components/ui/stat';
import { getBrokerCounts } from '#lib/accounts/queries';
import { databaseTime } from '#lib/clock';
import { getTrialBalance, isBalanced } from '#lib/ledger/trial-balance';
import { ALIVE_SECONDS, isAlive } from '#lib/relays/heartbeat';
import { isOpen } from '#lib/rentals/lifecycle';
import { requireAdmin } from '#lib/web/session';

export const metadata: Metadata = { title: 'Admin' };

export default async function AdminPage() {
  await requireAdmin();
  const [counts, trial] = await Promise.all([getBrokerCounts(), getTrialBalance()]);
  const balanced = isBalanced(trial);
  const running = sum(counts.rentals.filter(({ state }) => isOpen(state)));
  const quarantined = sum(counts.devices.filter(({ state }) => state === 'quarantined'));
  return (
    <>
      <PageHeader title="Overview" />
      <div className="grid gap-6">
        {!balanced && (
          <Notice
            tone="bad"
            title="The books do not balance"
            actions={<ButtonLink href="/admin/ledger">Ledger</ButtonLink>}
          >
            Debits and credits differ. Stop payouts and look for the cause at once.
          </Notice>
        )}
        <Stats>
          <Stat label="Users" hint={`${counts.people.suspended} suspended`}>
            {counts.people.all}
          </Stat>
          <Stat label="Devices" hint={`${quarantined} quarantined`}>
            {sum(counts.devices)}
          </Stat>
          <Stat label="Running rentals" hint={`of ${sum(counts.rentals)} ever made`}>
            {running}
          </Stat>
          <Stat label="Books" hint="debits against credits">
            {balanced ? 'Balanced' : 'Not balanced'}
          </Stat>
        </Stats>
        <Relays relays={counts.relays} now={databaseTime()} />
      </div>
    </>
  );
}

type Relay = Awaited<ReturnType<typeof getBrokerCounts>>['relays'][number];

function Relays({ relays, now }: { relays: Relay[]; now: Date }) {
  return (
    <Card title="Relays" hint={`A relay is well when its daemon was heard within ${ALIVE_SECONDS} seconds.`}>
      {relays.length === 0 && <p className="text-ink-soft">No relay has ever called. Start a tunnel daemon.</p>}
      <Facts>
        {relays.map(({ name, host, seenAt }) => (
          <Fact
            key={name}
            label={`${name}, ${host}`}
            prose
            hint={
              <>
                heard <Timestamp at={seenAt} part="second" />
              </>
            }
          >
            {isAlive({ seenAt }, now) ? <Badge tone="good">Well</Badge> : <Badge tone="bad">Silent</Badge>}
          </Fact>
        ))}
      </Facts>
    </Card>
  );
}

function sum(rows: { number: number }[]): number {
  return rows.reduce((total, { number }) => total + number, 0);
}
