import { CircleCheck, CircleDashed, CircleDot } from 'lucide-react';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { databaseTime } from '#lib/clock';
import type { OwnDevice } from '#lib/devices/queries';
import { type Milestone, milestones } from '#lib/devices/story';

/** How far the device is on its way to the market: what was reached and when, and what to do next. */
export function WayCard({ device }: { device: OwnDevice }) {
  const stops = milestones(device, databaseTime());
  const next = stops.find((stop) => stop.reachedAt === null);
  return (
    <Card title="The way to the market" className={next ? 'max-lg:order-first' : ''}>
      <ol aria-live="polite" className="grid gap-3.5">
        {stops.map((stop) => (
          <Stop
            key={stop.name}
            stop={stop}
            isNext={stop === next}
            hasFailed={stop === next && device.problem !== null}
          />
        ))}
      </ol>
    </Card>
  );
}

function Stop({ stop, isNext, hasFailed }: { stop: Milestone; isNext: boolean; hasFailed: boolean }) {
  const [Icon, tone] = lookOf(stop, isNext, hasFailed);
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
      <Icon aria-hidden="true" className={`mt-0.5 size-4.5 ${tone}`} />
      <span className={stop.reachedAt || isNext ? '' : 'text-ink-faint'}>{stop.title}</span>
      <span className="col-start-2 text-sm text-ink-faint">
        {stop.reachedAt ? <Timestamp at={stop.reachedAt} part="second" /> : <span className="sr-only">not yet</span>}
      </span>
      {stop.advice && (
        <p className={`col-start-2 text-sm ${hasFailed ? 'text-bad' : 'text-ink-soft'}`}>{stop.advice}</p>
      )}
    </li>
  );
}

function lookOf(stop: Milestone, isNext: boolean, hasFailed: boolean) {
  if (stop.reachedAt) return [CircleCheck, 'text-good'] as const;
  if (hasFailed) return [CircleDot, 'text-bad'] as const;
  return isNext ? ([CircleDot, 'text-accent animate-pulse'] as const) : ([CircleDashed, 'text-line-strong'] as const);
}
