import type { ReactNode } from 'react';
import { isOpen } from '#lib/rentals/lifecycle';
import type { getTimeline, RentalView } from '#lib/rentals/queries';
import type { Member } from '#lib/web/session';
import { AccessCard, WebCard } from './access-card.tsx';
import { AgreementCard } from './agreement-card.tsx';
import { HistoryCard } from './history-card.tsx';
import { Receipt } from './receipt.tsx';
import { RentalStats } from './stats.tsx';
import { StepsCard } from './steps-card.tsx';
import { TimelineCard } from './timeline-card.tsx';

type Props = { rental: RentalView; timeline: Awaited<ReturnType<typeof getTimeline>>; member: Member; now: Date };

/** What matters about a rental at this point of its life, in the order in which it matters. */
export function Stage(props: Props) {
  const { state } = props.rental;
  if (state === 'preparing') return <Preparing {...props} />;
  return isOpen(state) ? <Running {...props} /> : <Over {...props} />;
}

function Preparing({ rental, timeline, now }: Props) {
  return (
    <Halves>
      <StepsCard rental={rental} events={timeline.events} now={now} />
      <AgreementCard rental={rental} />
    </Halves>
  );
}

function Running({ rental, timeline: { events, proofs }, member, now }: Props) {
  return (
    <>
      <RentalStats rental={rental} proofs={proofs} member={member} now={now} />
      {rental.state === 'active' && rental.access && (
        <Halves>
          <AccessCard rental={rental} access={rental.access} />
          <WebCard rental={rental} access={rental.access} />
        </Halves>
      )}
      <TimelineCard rental={rental} proofs={proofs} now={now} />
      <Halves>
        <HistoryCard rental={rental} events={events} />
        <AgreementCard rental={rental} />
      </Halves>
    </>
  );
}

function Over({ rental, timeline: { events, proofs }, now }: Props) {
  return (
    <>
      <Halves>
        <Receipt rental={rental} />
        <div className="grid gap-6">
          <HistoryCard rental={rental} events={events} />
          <AgreementCard rental={rental} />
        </div>
      </Halves>
      {rental.activeAt && <TimelineCard rental={rental} proofs={proofs} now={now} />}
    </>
  );
}

function Halves({ children }: { children: ReactNode }) {
  return <div className="grid items-start gap-6 lg:grid-cols-2">{children}</div>;
}
