import { randomUUID } from 'node:crypto';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Money } from '#components/money';
import { RentalBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { Link } from '#components/ui/link';
import { PageHeader } from '#components/ui/page-header';
import { databaseTime } from '#lib/clock';
import { listFaultCredits, listFaultyCharges } from '#lib/faults/queries';
import { isInterrupted } from '#lib/rentals/deadlines';
import { findRental } from '#lib/rentals/queries';
import { requireAdmin } from '#lib/web/session';
import { FaultForm } from './fault-form.tsx';

export const metadata: Metadata = { title: 'Credit for a fault' };

export default async function AdminRentalPage({ params }: PageProps<'/admin/rentals/[rentalId]'>) {
  const admin = await requireAdmin();
  const rental = await findRental((await params).rentalId, admin);
  if (!rental) notFound();
  const [charges, credits] = await Promise.all([listFaultyCharges(rental.id), listFaultCredits(rental.id)]);
  return (
    <>
      <PageHeader
        title={<span className="font-mono text-[0.95em]">{rental.name}</span>}
        back={{ href: '/admin/rentals', label: 'Rentals' }}
        aside={<RentalBadge state={rental.state} interrupted={isInterrupted(rental, databaseTime())} />}
      >
        on {rental.device.name}.{' '}
        <Link href={`/rentals/${rental.id}`} className="link">
          Its page
        </Link>
      </PageHeader>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <FaultForm rentalId={rental.id} charges={charges} newKey={randomUUID()} />
        <Given credits={credits} />
      </div>
    </>
  );
}

type Credits = Awaited<ReturnType<typeof listFaultCredits>>;

function Given({ credits }: { credits: Credits }) {
  return (
    <Card title="Given back so far" flush>
      {credits.length === 0 && <EmptyState title="Nothing yet" />}
      <ul className="divide-y divide-line">
        {credits.map(({ id, amount, fromOwner, reason, at }) => (
          <li key={id} className="flex items-baseline justify-between gap-4 px-5 py-3">
            <div className="min-w-0">
              <p className="wrap-anywhere">{reason}</p>
              <p className="text-sm text-ink-soft">
                <Money amount={fromOwner} exact /> from the owner, <Timestamp at={at} />
              </p>
            </div>
            <Money amount={amount} exact />
          </li>
        ))}
      </ul>
    </Card>
  );
}
