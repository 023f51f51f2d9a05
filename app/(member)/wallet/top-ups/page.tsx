import type { Metadata } from 'next';
import { Live } from '#components/live';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { PageHeader } from '#components/ui/page-header';
import { Pagination } from '#components/ui/pagination';
import { listTopUps } from '#lib/top-ups/queries';
import { pageOf } from '#lib/web/page-number';
import { requireMember } from '#lib/web/session';
import { TopUpList } from '../top-up-list.tsx';

export const metadata: Metadata = { title: 'Top-ups' };

export default async function TopUpsPage({ searchParams }: PageProps<'/wallet/top-ups'>) {
  const member = await requireMember();
  const page = pageOf((await searchParams).page);
  const { topUps, hasMore } = await listTopUps(member.id, { page });

  return (
    <>
      <Live topic="wallet" />
      <PageHeader title="Top-ups" back={{ href: '/wallet', label: 'Wallet' }}>
        What you paid in or began to pay, newest first.
      </PageHeader>
      <Card flush>
        {topUps.length > 0 ? (
          <TopUpList topUps={topUps} />
        ) : (
          <EmptyState title="No top-ups yet">Those that you begin in your wallet will stand here.</EmptyState>
        )}
      </Card>
      <Pagination page={page} hasMore={hasMore} hrefFor={(to) => `/wallet/top-ups?page=${to}`} />
    </>
  );
}
