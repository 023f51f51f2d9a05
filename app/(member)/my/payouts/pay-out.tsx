import { Money } from '#components/money';
import { Card } from '#components/ui/card';
import { Confirm } from '#components/ui/dialog';
import { Fact, Facts } from '#components/ui/facts';
import type { PaymentProvider } from '#lib/payments/provider';
import { nameForOwners } from '#lib/payments/provider';
import { leastPayout, payableOf } from '#lib/payouts/terms';
import type { PayoutTerms } from '#lib/settings/payouts';
import { requestPayoutAction } from './actions.ts';

type Props = { available: bigint; terms: PayoutTerms; house: PaymentProvider | null; frozen: boolean };

/** What can be paid out now, what that costs and whom, and the button for it. */
export function PayOut({ available, terms, house, frozen }: Props) {
  const least = house ? leastPayout(terms.least, house) : terms.least;
  const amount = payableOf(available, least);
  if (!house || amount === null || frozen)
    return (
      <Card title="Pay out">
        <p className="text-ink-soft">
          {house ? 'Earnings are paid out from ' : 'Choose where you want to be paid; earnings are paid out from '}
          <Money amount={least} /> on.
        </p>
      </Card>
    );
  return (
    <Card title="Pay out">
      <Facts>
        <Fact label="You get">
          <Money amount={amount} />
        </Fact>
        <Fee amount={amount} house={house} />
      </Facts>
      <p className="mt-3 mb-4 text-sm text-ink-soft">
        {amount < available && 'What is below a cent stays for the next time. '}
        {amount >= terms.reviewFrom && 'An admin looks at payouts of this size first. '}
        {house.capabilities.payout === 'batch' && 'Coins are bought for it at the price of the day it is signed.'}
      </p>
      <Confirm
        trigger="Pay out"
        variant="primary"
        title="Pay out all that is available?"
        confirm="Pay out"
        action={requestPayoutAction}
        values={{}}
        destructive={false}
      >
        <Money amount={amount} /> will be set aside at once and sent with {nameForOwners(house)}. You can take it back
        until it is sent.
      </Confirm>
    </Card>
  );
}

function Fee({ amount, house }: { amount: bigint; house: PaymentProvider }) {
  if (house.capabilities.payout === 'batch')
    return (
      <Fact label="The network’s fee" prose>
        paid by the broker
      </Fact>
    );
  return (
    <Fact label={`${nameForOwners(house)} takes`} hint="paid by the broker">
      <Money amount={house.estimateFee(amount, 'out')} />
    </Fact>
  );
}
