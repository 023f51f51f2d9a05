import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { countryName } from '#components/country';
import { Live } from '#components/live';
import { RentalBadge } from '#components/state-badge';
import { PageHeader } from '#components/ui/page-header';
import { isOpen } from '#lib/rentals/lifecycle';
import { findRental, getTimeline } from '#lib/rentals/queries';
import { requireMember } from '#lib/web/session';
import { AccessCard, WebCard } from './access-card.tsx';
import { AgreementCard } from './agreement-card.tsx';
import { HistoryCard } from './history-card.tsx';
import { isInterrupted } from './proven.ts';
import { Receipt } from './receipt.tsx';
import { Standing } from './standing.tsx';
import { RentalStats } from './stats.tsx';
import { StepsCard } from './steps-card.tsx';
import { StopButton } from './stop-button.tsx';
import { TimelineCard } from './timeline-card.tsx';

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
  const now = new Date();
  const { device, state, role } = rental;
  const open = isOpen(state);

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
        actions={open && role === 'renter' && <StopButton rentalId={rental.id} />}
      >
        {device.name}, {device.model} in {countryName(device.country)}
        {role === 'owner' && '. You own this device; how to get in is the renter’s secret.'}
      </PageHeader>
      <div className="grid gap-6">
        <Standing rental={rental} now={now} />
        {state === 'preparing' && <StepsCard rental={rental} events={timeline.events} now={now} />}
        {open && rental.activeAt && <RentalStats rental={rental} proofs={timeline.proofs} member={member} now={now} />}
        {!open && <Receipt rental={rental} />}
        {state === 'active' && rental.access && (
          <div className="grid items-start gap-6 lg:grid-cols-2">
            <AccessCard rental={rental} access={rental.access} />
            <WebCard rental={rental} access={rental.access} />
          </div>
        )}
        {rental.activeAt && <TimelineCard rental={rental} proofs={timeline.proofs} now={now} />}
        <div className="grid items-start gap-6 lg:grid-cols-2">
          {state !== 'preparing' && <HistoryCard rental={rental} events={timeline.events} />}
          <AgreementCard rental={rental} />
        </div>
      </div>
    </>
  );
}
