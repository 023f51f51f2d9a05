import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import type { getTimeline, RentalView } from '#lib/rentals/queries';
import { tellDeviceStep, tellRentalEvent } from '#lib/rentals/story';

type Event = Awaited<ReturnType<typeof getTimeline>>['events'][number];

/** What has happened, oldest first, and what the agent did to start the environment. */
export function HistoryCard({ rental, events }: { rental: RentalView; events: Event[] }) {
  return (
    <Card title="History">
      <ol className="grid gap-3">
        {events.map((event) => (
          <li key={event.id.toString()} className="items-baseline gap-x-4 sm:grid sm:grid-cols-[minmax(0,1fr)_auto]">
            <p className="break-words">{tellRentalEvent(event)}</p>
            <p className="text-sm text-ink-faint">
              <Timestamp at={event.at} part="second" />
            </p>
          </li>
        ))}
      </ol>
      {rental.environmentSteps && (
        <details className="mt-4 border-t border-line pt-4">
          <summary className="text-ink-soft hover:text-ink">What the device did to start it</summary>
          <ul className="mt-2 grid gap-1">
            {rental.environmentSteps.map(({ step, milliseconds }) => (
              <li key={step} className="flex justify-between gap-4">
                <span className="break-words">{tellDeviceStep(step)}</span>
                <span className="figure shrink-0 text-ink-soft">{Math.round(milliseconds)} ms</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}
