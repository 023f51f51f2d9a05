import { Confirm } from '#components/ui/dialog';
import { cancelTopUpAction } from './actions.ts';

/** Gives up a top-up that nothing has been paid for. */
export function CancelButton({ topUpId }: { topUpId: string }) {
  return (
    <Confirm
      trigger="Cancel"
      title="Cancel this top-up?"
      confirm="Cancel the top-up"
      dismiss="Keep it"
      action={cancelTopUpAction}
      values={{ topUpId }}
    >
      Nothing has been taken so far, so nothing is lost. If a payment of yours is already on its way, it is credited all
      the same.
    </Confirm>
  );
}
