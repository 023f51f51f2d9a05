import type { Metadata } from 'next';
import { Money } from '#components/money';
import { RentalBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { ButtonLink } from '#components/ui/button';
import { Confirm } from '#components/ui/dialog';
import { Link } from '#components/ui/link';
import { ActionsTh, Td, Th } from '#components/ui/table';
import { databaseTime } from '#lib/clock';
import { isInterrupted } from '#lib/rentals/deadlines';
import { isOpen } from '#lib/rentals/lifecycle';
import { listAllRentals, RENTALS_PAGE } from '#lib/rentals/queries';
import { requireAdmin } from '#lib/web/session';
import { endRentalAction } from '../actions.ts';
import { List } from '../list.tsx';
import { listQueryOf } from '../list-query.ts';
import { Reason } from '../reason.tsx';
import { UserLink } from '../user-link.tsx';

export const metadata: Metadata = { title: 'All rentals' };

type Rental = Awaited<ReturnType<typeof listAllRentals>>['rentals'][number];

export default async function AllRentalsPage({ searchParams }: PageProps<'/admin/rentals'>) {
  await requireAdmin();
  const query = listQueryOf(await searchParams);
  const { rentals, total } = await listAllRentals(query);
  const head = (
    <>
      <Th>Rental</Th>
      <Th>Renter</Th>
      <Th>State</Th>
      <Th numeric>Rate</Th>
      <Th numeric>Began</Th>
      <ActionsTh />
    </>
  );
  const hint = 'name, renter’s address or id';
  return (
    <List title="Rentals" path="/admin/rentals" pageSize={RENTALS_PAGE} {...{ query, hint, total, head }}>
      {rentals.map((rental) => (
        <Row key={rental.id} rental={rental} />
      ))}
    </List>
  );
}

function Row({ rental }: { rental: Rental }) {
  return (
    <tr>
      <Td>
        <Link href={`/rentals/${rental.id}`} className="link figure whitespace-nowrap">
          {rental.name}
        </Link>
        <p className="text-sm text-ink-soft">on {rental.device.name}</p>
      </Td>
      <Td label="Renter">
        <UserLink id={rental.renterId} email={rental.renterEmail} />
      </Td>
      <Td label="State">
        <RentalBadge state={rental.state} interrupted={isInterrupted(rental, databaseTime())} />
      </Td>
      <Td label="Rate" numeric>
        <Money amount={rental.rate} per="h" />
      </Td>
      <Td label="Began" numeric>
        <Timestamp at={rental.createdAt} />
      </Td>
      <Td>
        <div className="flex justify-end gap-2">
          <ButtonLink size="small" href={`/admin/rentals/${rental.id}`}>
            Credit
          </ButtonLink>
          {isOpen(rental.state) && <End rental={rental} />}
        </div>
      </Td>
    </tr>
  );
}

function End({ rental }: { rental: Rental }) {
  return (
    <Confirm
      trigger="End"
      size="small"
      title={`End ${rental.name}?`}
      confirm="End the rental"
      action={endRentalAction}
      values={{ rentalId: rental.id }}
      fields={<Reason />}
    >
      The renter is cut off at once, pays for the proven time so far, and the device is wiped.
    </Confirm>
  );
}
