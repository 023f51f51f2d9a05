import { randomUUID } from 'node:crypto';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Fact, Facts } from '#components/ui/facts';
import { Link } from '#components/ui/link';
import { PageHeader } from '#components/ui/page-header';
import { findUser } from '#lib/accounts/queries';
import { databaseTime } from '#lib/clock';
import { getWallet } from '#lib/ledger/balances';
import { getPlan } from '#lib/payouts/queries';
import { requireAdmin } from '#lib/web/session';
import { UserBadges } from '../user-badges.tsx';
import { CreditForm } from './credit-form.tsx';
import { Standing } from './standing.tsx';

export const metadata: Metadata = { title: 'User' };

export default async function UserPage({ params }: PageProps<'/admin/users/[userId]'>) {
  const admin = await requireAdmin();
  const user = await findUser((await params).userId);
  if (!user) notFound();

  const [wallet, { frozen }] = await Promise.all([getWallet(user.id, databaseTime()), getPlan(user.id)]);
  return (
    <>
      <PageHeader
        title={user.name}
        back={{ href: '/admin/users', label: 'Users' }}
        aside={<UserBadges {...user} frozen={frozen} />}
      >
        {user.email}
      </PageHeader>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Card title="Facts">
          <Facts>
            <Fact label="Id">{user.id}</Fact>
            <Fact label="Since">
              <Timestamp at={user.createdAt} />
            </Fact>
            <Fact label="Wallet">
              <Money amount={wallet.spendable} />
            </Fact>
            <Fact label="Set aside for running rentals">
              <Money amount={wallet.held} />
            </Fact>
          </Facts>
          <p className="mt-4 flex gap-4 text-sm">
            <Link className="link" href={`/admin/rentals?search=${encodeURIComponent(user.email)}`}>
              Rentals
            </Link>
            <Link className="link" href={`/admin/devices?search=${encodeURIComponent(user.email)}`}>
              Devices
            </Link>
            <Link className="link" href={`/admin/audit?search=${user.id}`}>
              Audit log
            </Link>
            <Link className="link" href={`/admin/users/${user.id}/papers`}>
              Papers
            </Link>
          </p>
        </Card>
        <div className="grid gap-6">
          <CreditForm userId={user.id} newKey={randomUUID()} />
          {user.id !== admin.id && <Standing user={user} frozen={frozen} />}
        </div>
      </div>
    </>
  );
}
