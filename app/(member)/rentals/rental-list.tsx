import Link from 'next/link';
import { countryName } from '#components/country';
import { Money } from '#components/money';
import { RentalBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import type { RentalLine } from '#lib/rentals/queries';

/** Rentals under a heading; nothing at all when there are none. */
export function RentalList({ title, rentals }: { title: string; rentals: RentalLine[] }) {
  if (rentals.length === 0) return null;
  return (
    <Card title={title} flush>
      <ul className="divide-y divide-line">
        {rentals.map((rental) => (
          <li key={rental.id}>
            <Rental rental={rental} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Rental({ rental: { id, name, device, state, rate, createdAt, endedAt } }: { rental: RentalLine }) {
  return (
    <Link
      href={`/rentals/${id}`}
      className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 px-5 py-3.5 transition-colors hover:bg-sunken md:grid-cols-[minmax(0,1fr)_8rem_7rem_19rem]"
    >
      <div className="min-w-0">
        <p className="figure truncate font-medium">{name}</p>
        <p className="truncate text-sm text-ink-soft">
          {device.name} · {device.model} · {countryName(device.country)}
        </p>
      </div>
      <div className="max-md:justify-self-end">
        <RentalBadge state={state} />
      </div>
      <Money amount={rate} per="h" />
      <p className="text-sm text-ink-soft max-md:text-right md:text-right">
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
