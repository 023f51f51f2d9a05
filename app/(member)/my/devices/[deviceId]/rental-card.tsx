import { Money } from '#components/money';
import { RentalBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { ButtonLink } from '#components/ui/button';
import { Card } from '#components/ui/card';
import { Confirm } from '#components/ui/dialog';
import { Fact, Facts } from '#components/ui/facts';
import { databaseTime } from '#lib/clock';
import type { OwnDevice } from '#lib/devices/queries';
import { isInterrupted } from '#lib/rentals/deadlines';
import { withdrawDeviceAction } from './actions.ts';

/** The rental that runs on the device now, and the owner's way to end it. */
export function RentalCard({ device, rental }: { device: OwnDevice; rental: NonNullable<OwnDevice['rental']> }) {
  return (
    <Card
      title="Rented now"
      className="max-lg:order-first"
      actions={<RentalBadge state={rental.state} interrupted={isInterrupted(rental, databaseTime())} />}
    >
      <Facts className="mb-5">
        <Fact label="Since">
          <Timestamp at={rental.createdAt} />
        </Fact>
        <Fact label="Rate">
          <Money amount={rental.rate} per="h" />
        </Fact>
      </Facts>
      <div className="flex flex-wrap gap-2">
        <ButtonLink href={`/rentals/${rental.id}`}>Open the rental</ButtonLink>
        <Confirm
          trigger="End this rental"
          title="End this rental now?"
          confirm="End the rental"
          action={withdrawDeviceAction}
          values={{ deviceId: device.id }}
        >
          The renter is cut off at once and their files are destroyed. You keep what was earned so far. The device is
          wiped and taken off the market until you list it again.
        </Confirm>
      </div>
    </Card>
  );
}
