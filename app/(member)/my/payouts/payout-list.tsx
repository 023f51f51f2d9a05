import { Money } from '#components/money';
import { PayoutBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { Confirm } from '#components/ui/dialog';
import { EmptyState } from '#components/ui/empty-state';
import type { PaymentProvider } from '#lib/payments/provider';
import { nameForOwners } from '#lib/payments/provider';
import type { PayoutLine } from '#lib/payouts/queries';
import { withdrawPayoutAction } from './actions.ts';
import { meaningOf } from './words.ts';

/** All payouts of an owner, and what the state of each means. */
export function PayoutList({ payouts, houses }: { payouts: PayoutLine[]; houses: PaymentProvider[] }) {
  return (
    <Card title="Payouts" flush>
      {payouts.length === 0 && (
        <EmptyState title="Nothing has been paid out yet">
          Every payout will stand here, with where it is on its way.
        </EmptyState>
      )}
      <ul className="divide-y divide-line">
        {payouts.map((payout) => (
          <Line key={payout.id} payout={payout} house={houses.find(({ id }) => id === payout.provider)} />
        ))}
      </ul>
    </Card>
  );
}

function Line({ payout, house }: { payout: PayoutLine; house: PaymentProvider | undefined }) {
  const by = house ? nameForOwners(house) : payout.provider;
  const withdrawable = (payout.state === 'held' || payout.state === 'reserved') && payout.calledAt === null;
  return (
    <li id={payout.id} className="scroll-mt-20 px-5 py-3.5 target:bg-accent-soft">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <div className="flex flex-wrap items-center gap-2">
          <Money amount={payout.amount} />
          <PayoutBadge state={payout.state} />
        </div>
        <span className="text-sm text-ink-faint">
          <Timestamp at={payout.stateSince} />
        </span>
      </div>
      <p className="mt-1">{meaningOf(payout, { by, batched: house?.capabilities.payout === 'batch' })}</p>
      <p className="text-sm wrap-anywhere text-ink-soft">
        {by}, <span className="figure">{payout.destination}</span> · asked for <Timestamp at={payout.createdAt} />
      </p>
      {payout.reference && <p className="figure text-xs break-all text-ink-faint">{payout.reference}</p>}
      {withdrawable && (
        <div className="mt-2">
          <Confirm
            trigger="Take it back"
            size="small"
            title="Take this payout back?"
            confirm="Take it back"
            action={withdrawPayoutAction}
            values={{ payoutId: payout.id }}
            destructive={false}
          >
            Its money is available again at once.
          </Confirm>
        </div>
      )}
    </li>
  );
}
