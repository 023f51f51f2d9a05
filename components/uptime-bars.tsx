import { formatPercent } from './figures.tsx';

type Day = { day: string; share: number };

const heights = ['h-1/6', 'h-2/6', 'h-3/6', 'h-4/6', 'h-5/6', 'h-full'];

/** Thirty little bars, one for each day; a day before the device was added is an empty place. */
export function UptimeBars({ days }: { days: Day[] }) {
  const empty = Array.from({ length: Math.max(0, 30 - days.length) }, (_, place) => place);
  return (
    <div>
      <ol aria-label="Uptime by day" className="flex h-10 items-end gap-[3px]">
        {empty.map((place) => (
          <li key={place} aria-hidden="true" className="h-1/6 flex-1 rounded-[2px] bg-sunken" />
        ))}
        {days.map(({ day, share }) => (
          <li key={day} title={`${day}: ${formatPercent(share)}`} className="flex h-full flex-1 items-end">
            <span className={`w-full rounded-[2px] ${heightOf(share)} ${toneOf(share)}`}>
              <span className="sr-only">
                {day}: {formatPercent(share)}
              </span>
            </span>
          </li>
        ))}
      </ol>
      <div aria-hidden="true" className="mt-1.5 flex justify-between text-xs text-ink-faint">
        <span>30 days ago</span>
        <span>today</span>
      </div>
    </div>
  );
}

function heightOf(share: number): string {
  return heights[Math.min(5, Math.floor(share * 6))] ?? 'h-full';
}

function toneOf(share: number): string {
  if (share >= 0.99) return 'bg-good';
  if (share >= 0.9) return 'bg-warn';
  return share === 0 ? 'bg-line-strong' : 'bg-bad';
}
