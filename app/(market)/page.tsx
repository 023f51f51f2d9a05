import type { Metadata } from 'next';
import { Live } from '#components/live';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { Notice } from '#components/ui/notice';
import { PageHeader } from '#components/ui/page-header';
import { Pagination } from '#components/ui/pagination';
import { MARKET_MOST, MARKET_PAGE, searchMarket } from '#lib/devices/queries';
import { FilterForm } from './filter-form.tsx';
import { type MarketQuery, marketHref, marketSearch, readFilters } from './filters.ts';
import { Results } from './results.tsx';

export const metadata: Metadata = { title: { absolute: 'Market · rpibroker' } };

export default async function MarketPage({ searchParams }: PageProps<'/'>) {
  const query = readFilters(await searchParams);
  const { devices, total, page } = await searchMarket(marketSearch(query));

  return (
    <>
      <Live topic="market" />
      <PageHeader title="Market">
        Rent a Raspberry Pi in somebody’s home as your own small Linux server, with root over SSH and a web address. You
        pay by the hour, and only for time in which it was proven to answer.
      </PageHeader>
      <div className="grid items-start gap-6 lg:grid-cols-[13rem_minmax(0,1fr)] lg:gap-8">
        <FilterForm query={query} />
        <div className="min-w-0">
          <Problems query={query} />
          <Card title={countOf(total)} flush>
            {devices.length > 0 ? <Results devices={devices} query={query} /> : <Nothing query={query} />}
          </Card>
          <Pagination
            page={page}
            pageSize={MARKET_PAGE}
            total={total}
            hrefFor={(to) => marketHref(query.typed, { page: String(to) })}
          />
        </div>
      </div>
    </>
  );
}

function countOf(total: number): string {
  const count = total.toLocaleString('en');
  return `${count}${total === MARKET_MOST ? ' or more' : ''} ${total === 1 ? 'device' : 'devices'} to rent`;
}

function Problems({ query }: { query: MarketQuery }) {
  const problems = Object.values(query.problems);
  if (problems.length === 0) return null;
  return (
    <div className="mb-4">
      <Notice tone="warn" title="Part of this search makes no sense and was left out">
        {problems.join(' ')}
      </Notice>
    </div>
  );
}

function Nothing({ query }: { query: MarketQuery }) {
  const filtered = Object.keys(query.values).some((name) => name !== 'sort' && name !== 'page');
  return filtered ? (
    <EmptyState title="No device matches all of this" action={<ButtonLink href="/">Show all devices</ButtonLink>}>
      Raise the price, allow a longer round trip, or drop the country: those three exclude the most.
    </EmptyState>
  ) : (
    <EmptyState
      title="Nothing is for rent just now"
      action={
        <ButtonLink href="/my/devices/new" variant="primary">
          Rent out a device of yours
        </ButtonLink>
      }
    >
      Every device is taken or offline. Devices return to the market as soon as their rental ends.
    </EmptyState>
  );
}
