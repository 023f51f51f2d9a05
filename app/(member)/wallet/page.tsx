import type { Metadata } from 'next';
import { formatDuration } from '#components/duration';
import { Live } from '#components/live';
import { Money } from '#components/money';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { PageHeader } from '#components/ui/page-header';
import { Pagination } from '#components/ui/pagination';
import { Stat, Stats } from '#components/ui/stat';
import { databaseTime } from '#lib/clock';
import { getEarnings, getWallet, listMovements, type Wallet } from '#lib/ledger/balances';
import { listTopUps } from '#lib/top-ups/queries';
import { pageOf } from '#lib/web/page-number';
import { requireMember } from '#lib/web/session';
import { AddFunds } from './add-funds.tsx';
import { Earnings } from './earnings.tsx';
import { Movements } from './movements.tsx';
import { TopUpList } from './top-up-list.tsx';

export const metadata: Metadata = { title: 'Wallet' };

export default async function WalletPage({ searchParams }: PageProps<'/wallet'>) {
  const member = await requireMember();
  const page = pageOf((await searchParams).page);
  const [wallet, { movements, hasMore }, earnings, { topUps }] = await Promise.all([
    getWallet(member.id, databaseTime()),
    listMovements(member.id, { page }),
    getEarnings(member.id),
    listTopUps(member.id, { page: 1, count: 4 }),
  ]);

  return (
    <>
      <Live topic="wallet" />
      <PageHeader title="Wallet" actions={<ButtonLink href="/wallet/papers">Papers</ButtonLink>}>
        What your rentals are paid from, and what your devices have earned.
      </PageHeader>
      <Figures wallet={wallet} />
      <div className="mt-6 grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0 max-lg:order-2">
          <Movements movements={movements} />
          <Pagination page={page} hasMore={hasMore} hrefFor={(to) => `/wallet?page=${to}`} />
        </div>
        <div className="grid gap-6">
          <AddFunds />
          {topUps.length > 0 && (
            <Card
              title="Top-ups"
              flush
              actions={
                <ButtonLink href="/wallet/top-ups" size="small" variant="quiet">
                  All
                </ButtonLink>
              }
            >
              <TopUpList topUps={topUps} />
            </Card>
          )}
          <Earnings {...earnings} />
        </div>
      </div>
    </>
  );
}

function Figures({ wallet }: { wallet: Wallet }) {
  const { spendable, held, free, burnPerHour, runwaySeconds } = wallet;
  return (
    <Stats>
      <Stat label="Balance" hint="after all proven time so far">
        <Money amount={spendable} />
      </Stat>
      <Stat label="Set aside" hint="one hour of each running rental">
        <Money amount={held} />
      </Stat>
      <Stat label="Free" hint="for new rentals">
        <Money amount={free} />
      </Stat>
      <Stat label="Running cost" hint="all running rentals together">
        <Money amount={burnPerHour} per="h" />
      </Stat>
      <Stat label="Lasts for" hint={runwaySeconds === null ? 'nothing is running' : 'until rentals are paused'}>
        {runwaySeconds === null ? '–' : formatDuration(runwaySeconds * 1000)}
      </Stat>
    </Stats>
  );
}
