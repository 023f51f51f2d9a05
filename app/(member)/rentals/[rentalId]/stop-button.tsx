import { Confirm } from '#components/ui/dialog';
import { stopRentalAction } from './actions.ts';

/** Ends the rental, after saying what that destroys. */
export function StopButton({ rentalId }: { rentalId: string }) {
  return (
    <Confirm
      trigger="Stop"
      title="Stop this rental?"
      confirm="Stop and destroy the disk"
      action={stopRentalAction}
      values={{ rentalId }}
    >
      Open connections are cut, billing ends, and everything on the disk is destroyed. Nobody can bring it back, so copy
      what you need first.
    </Confirm>
  );
}
