import { CircleCheck, CircleDot } from 'lucide-react';
import { formatDuration } from '#components/duration';
import { Elapsed } from '#components/ticking';
import { Card } from '#components/ui/card';
import type { getTimeline, RentalView } from '#lib/rentals/queries';
import { tellRentalEvent } from '#lib/rentals/story';

type Event = Awaited<ReturnType<typeof getTimeline>>['events'][number];

/** What has really happened on the way to a running environment, and after how long. */
export function StepsCard({ rental, events, now }: { rental: RentalView; events: Event[]; now: Date }) {
  return (
    <Card title="Getting ready" hint="This time is free. It usually takes a few seconds.">
      <ol aria-live="polite" className="grid gap-3.5">
        {events.map((event) => (
          <li key={event.id.toString()} className="grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-3">
            <CircleCheck aria-hidden="true" className="mt-0.5 size-4.5 text-good" />
            <span>{tellRentalEvent(event)}</span>
            <span className="figure text-ink-soft">
              {formatDuration(event.at.getTime() - rental.createdAt.getTime())}
            </span>
          </li>
        ))}
        <li className="grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-3">
          <CircleDot aria-hidden="true" className="mt-0.5 size-4.5 animate-pulse text-accent" />
          <span>{nextStep(events)}</span>
          <span aria-hidden="true" className="text-ink-soft">
            <Elapsed since={rental.createdAt} now={now} />
          </span>
        </li>
      </ol>
    </Card>
  );
}

/** What is being waited for, by what has happened. */
function nextStep(events: Event[]): string {
  const happened = new Set(events.map(({ kind }) => kind));
  if (happened.has('environmentReady')) return 'The relay tries the public port';
  if (happened.has('environmentStarted')) return 'Waiting for the environment’s own ssh to answer';
  return happened.has('orderTaken') ? 'The device starts the environment' : 'Waiting for the device to take the order';
}
