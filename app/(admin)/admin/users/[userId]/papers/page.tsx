import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { PageHeader } from '#components/ui/page-header';
import { findUser } from '#lib/accounts/queries';
import { requireAdmin } from '#lib/web/session';
import { PaperList } from '../../../../../(member)/wallet/papers/paper-list.tsx';

export const metadata: Metadata = { title: 'Papers of a user' };

export default async function UserPapersPage({ params, searchParams }: PageProps<'/admin/users/[userId]/papers'>) {
  await requireAdmin();
  const user = await findUser((await params).userId);
  if (!user) notFound();

  const path = `/admin/users/${user.id}`;
  return (
    <>
      <PageHeader title={`Papers of ${user.name}`} back={{ href: path, label: user.name }}>
        Receipts and monthly statements, as they were issued.
      </PageHeader>
      <PaperList userId={user.id} year={(await searchParams).year} path={`${path}/papers`} />
    </>
  );
}
