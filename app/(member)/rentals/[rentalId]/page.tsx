import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { countryName } from '#components/country';
import { Live } from '#components/live';
import { RentalBadge } from '#components/state-badge';
import { PageHeader } from '#components/ui/page-header';
import { databaseTime } from '#lib/clock';
import { isInterrupted } from '#lib/rentals/deadlines';
import { isOpen } from '#lib/rentals/lifecycle';
import { findRental, getTimeline } from '#lib/rentals/queries';
import { requireMember } from '#lib/web/session';
import { CreditsCard } from './credits-card.tsx';
import { Stage } from './stages.tsx';
import { Standing } from './standing.tsx';
import { StopButton } from './stop-button.tsx';

type Props = PageProps<'/rentals/[rentalId]'>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const rental = await findRental((await params).rentalId, await requireMember());
  return { title: rental?.name ?? 'Not found' };
}

export default async function RentalPage({ params }: Props) {
  const member = await requireMember();
  const rental = await findRental((await params).rentalId, member);
  if (!rental) notFound();
  const timeline = await getTimeline(rental.id);
  const now = databaseTime();
  const { device, state, role } = rental;

  return (
    <>
      <Live topic={`rental:${rental.id}`} />
      <PageHeader
        title={<span className="font-mono text-[0.95em]">{rental.name}</span>}
        back={
          role === 'owner'
            ? { href: `/my/devices/${device.id}`, label: device.name }
            : { href: '/rentals', label: 'Rentals' }
        }
        aside={<RentalBadge state={state} interrupted={isInterrupted(rental, now)} />}
        actions={isOpen(state) && role === 'renter' && <StopButton rentalId={rental.id} />}
      >
        {device.name}, {device.model} in {countryName(device.country)}
        {role === 'owner' && '. You own this device; how to get in is the renter’s secret.'}
      </PageHeader>
      <div className="grid gap-6">
        <Standing rental={rental} now={now} />
        <CreditsCard rental={rental} />
        <Stage rental={rental} timeline={timeline} member={member} now={now} />
      </div>
    </>
  );
}
