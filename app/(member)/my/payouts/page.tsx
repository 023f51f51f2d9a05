import type { Metadata } from 'next';
import { Live } from '#components/live';
import { Money } from '#components/money';
import { Notice } from '#components/ui/notice';
import { PageHeader } from '#components/ui/page-header';
import { Pagination } from '#components/ui/pagination';
import { Stat, Stats } from '#components/ui/stat';
import { findDestination, getOwnerFunds, getPlan, listEarningsLines, listPayouts } from '#lib/payouts/queries';
import { getPayoutTerms } from '#lib/settings/queries';
import { pageOf } from '#lib/web/page-number';
import { isFresh, requireMember } from '#lib/web/session';
import { treasury } from '#lib/web/treasury';
import { DestinationCard } from './destination-card.tsx';
import { Lines } from './lines.tsx';
import { Maturing } from './maturing.tsx';
import { PayOut } from './pay-out.tsx';
import { PayoutList } from './payout-list.tsx';
import { PlanCard } from './plan-card.tsx';

export const metadata: Metadata = { title: 'Payouts' };

export default async function PayoutsPage({ searchParams }: PageProps<'/my/payouts'>) {
  const owner = await requireMember();
  const page = pageOf((await searchParams).page);
  const [funds, destination, plan, payouts, { lines, hasMore }, terms] = await Promise.all([
    getOwnerFunds(owner.id),
    findDestination(owner.id),
    getPlan(owner.id),
    listPayouts(owner.id),
    listEarningsLines(owner.id, { page }),
    getPayoutTerms(),
  ]);
  const houses = [...treasury().providers.values()].filter(({ capabilities }) => capabilities.payout !== 'none');
  const house = houses.find(({ id }) => id === destination?.provider) ?? null;

  return (
    <>
      <Live topic="payouts" />
      <PageHeader title="Payouts" back={{ href: '/wallet', label: 'Wallet' }}>
        What your devices have earned, and how it reaches you.
      </PageHeader>
      {plan.frozen && (
        <div className="mb-6">
          <Notice tone="warn" title="Payouts are stopped">
            What you earn is safe and goes on growing. The admin of this broker can tell you why.
          </Notice>
        </div>
      )}
      <Stats>
        <Stat label="Available" hint="can be paid out">
          <Money amount={funds.available} />
        </Stat>
        <Stat label="Pending" hint="until payments are beyond dispute">
          <Money amount={funds.pending} />
        </Stat>
        <Stat label="On its way" hint="asked for and not arrived">
          <Money amount={funds.onItsWay} />
        </Stat>
      </Stats>
      <div className="mt-6 grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-6 max-lg:order-2">
          <PayoutList payouts={payouts} houses={houses} />
          <div>
            <Lines lines={lines} />
            <Pagination page={page} hasMore={hasMore} hrefFor={(to) => `/my/payouts?page=${to}`} />
          </div>
        </div>
        <div className="grid gap-6">
          <PayOut available={funds.available} terms={terms} house={house} frozen={plan.frozen} />
          <DestinationCard destination={destination} houses={houses} fresh={isFresh(owner)} />
          <PlanCard weekly={plan.weekly} />
          <Maturing funds={funds} />
        </div>
      </div>
    </>
  );
}
