import { countryName } from '#components/country';
import { Money } from '#components/money';
import { RentalBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Link } from '#components/ui/link';
import { isInterrupted } from '#lib/rentals/deadlines';
import type { RentalLine } from '#lib/rentals/queries';

/** Rentals under a heading; nothing at all when there are none. */
export function RentalList({ title, rentals, now }: { title: string; rentals: RentalLine[]; now: Date }) {
  if (rentals.length === 0) return null;
  return (
    <Card title={title} flush>
      <ul className="divide-y divide-line">
        {rentals.map((rental) => (
          <li key={rental.id}>
            <Rental rental={rental} now={now} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Rental({ rental, now }: { rental: RentalLine; now: Date }) {
  const { id, name, device, state, rate, createdAt, endedAt } = rental;
  return (
    <Link
      href={`/rentals/${id}`}
      className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1.5 px-5 py-3.5 -outline-offset-2 transition-[background-color] hover:bg-sunken md:grid-cols-[minmax(0,1fr)_8rem_7rem_19rem] md:grid-rows-[auto_auto] md:gap-y-0"
    >
      <p className="figure font-medium wrap-anywhere">{name}</p>
      <div className="max-md:justify-self-end md:row-span-2">
        <RentalBadge state={state} interrupted={isInterrupted(rental, now)} />
      </div>
      <p className="text-sm break-words text-ink-soft max-md:col-span-2 md:col-start-1 md:row-start-2 md:truncate">
        {device.name} · {device.model} · {countryName(device.country)}
      </p>
      <div className="md:col-start-3 md:row-span-2 md:row-start-1">
        <Money amount={rate} per="h" />
      </div>
      <p className="text-right text-sm text-ink-soft md:col-start-4 md:row-span-2 md:row-start-1">
        {!endedAt && <span className="max-md:sr-only">since </span>}
        <Timestamp at={createdAt} />
        {endedAt && (
          <span className="max-md:hidden">
            {' '}
            – <Timestamp at={endedAt} />
          </span>
        )}
      </p>
    </Link>
  );
}
