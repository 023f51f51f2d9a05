import type { Metadata } from 'next';
import Link from 'next/link';
import { countryName } from '#components/country';
import { Live } from '#components/live';
import { Money } from '#components/money';
import { RentalBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { PageHeader } from '#components/ui/page-header';
import { Pagination } from '#components/ui/pagination';
import { isOpen } from '#lib/rentals/lifecycle';
import { listRentals, RENTALS_PAGE, type RentalLine } from '#lib/rentals/queries';
import { pageOf } from '#lib/web/page-number';
import { requireMember } from '#lib/web/session';

export const metadata: Metadata = { title: 'Rentals' };

export default async function RentalsPage({ searchParams }: PageProps<'/rentals'>) {
  const renter = await requireMember();
  const page = pageOf((await searchParams).page);
  const rentals = await listRentals(renter.id, { page });
  const open = rentals.filter(({ state }) => isOpen(state));
  const over = rentals.filter(({ state }) => !isOpen(state));

  return (
    <>
      <Live topic="rentals" />
      <PageHeader title="Rentals" actions={<ButtonLink href="/">Find a device</ButtonLink>}>
        The devices that you rent, and those that you had.
      </PageHeader>
      <div className="grid gap-6">
        {rentals.length === 0 && <Nothing />}
        <Rentals title="Now" rentals={open} />
        <Rentals title="Before" rentals={over} />
      </div>
      <Pagination page={page} hasMore={rentals.length === RENTALS_PAGE} hrefFor={(to) => `/rentals?page=${to}`} />
    </>
  );
}

function Nothing() {
  return (
    <Card flush>
      <EmptyState
        title="You rent nothing yet"
        action={
          <ButtonLink href="/" variant="primary">
            Go to the market
          </ButtonLink>
        }
      >
        Choose a device, agree to the contract, and seconds later you are in over SSH.
      </EmptyState>
    </Card>
  );
}

function Rentals({ title, rentals }: { title: string; rentals: RentalLine[] }) {
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
      <RentalBadge state={state} />
      <Money amount={rate} per="h" />
      <p className="text-sm text-ink-soft max-md:text-right md:text-right">
        <span className="max-md:sr-only">since </span>
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
