import type { Metadata } from 'next';
import { Live } from '#components/live';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { PageHeader } from '#components/ui/page-header';
import { Pagination } from '#components/ui/pagination';
import { databaseTime } from '#lib/clock';
import { isOpen } from '#lib/rentals/lifecycle';
import { listRentals, RENTALS_PAGE } from '#lib/rentals/queries';
import { pageOf } from '#lib/web/page-number';
import { requireMember } from '#lib/web/session';
import { RentalList } from './rental-list.tsx';

export const metadata: Metadata = { title: 'Rentals' };

export default async function RentalsPage({ searchParams }: PageProps<'/rentals'>) {
  const renter = await requireMember();
  const page = pageOf((await searchParams).page);
  const rentals = await listRentals(renter.id, { page });
  const open = rentals.filter(({ state }) => isOpen(state));
  const now = databaseTime();
  const over = rentals.filter(({ state }) => !isOpen(state));

  return (
    <>
      <Live topic="rentals" />
      <PageHeader title="Rentals" actions={<ButtonLink href="/">Find a device</ButtonLink>}>
        The devices that you rent, and those that you had.
      </PageHeader>
      <div className="grid gap-6">
        {rentals.length === 0 && <Nothing />}
        <RentalList title="Now" rentals={open} now={now} />
        <RentalList title="Before" rentals={over} now={now} />
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
