import type { Metadata } from 'next';
import { Link } from '#components/ui/link';
import { PageHeader } from '#components/ui/page-header';
import { requireMember } from '#lib/web/session';
import { PaperList } from './paper-list.tsx';

export const metadata: Metadata = { title: 'Papers' };

export default async function PapersPage({ searchParams }: PageProps<'/wallet/papers'>) {
  const member = await requireMember();
  return (
    <>
      <PageHeader title="Papers" back={{ href: '/wallet', label: 'Wallet' }}>
        Receipts for what you paid in, and a statement of each month, as they were issued. What they say about you is in
        your{' '}
        <Link className="link" href="/settings">
          settings
        </Link>
        .
      </PageHeader>
      <PaperList userId={member.id} year={(await searchParams).year} path="/wallet/papers" />
    </>
  );
}
