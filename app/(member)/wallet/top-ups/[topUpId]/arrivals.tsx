import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { CopyButton } from '#components/ui/copy-button';
import type { Chain } from '#lib/payments/chain';
import { decimalUnits } from '#lib/payments/quotes';
import type { TopUpView } from '#lib/top-ups/queries';

/** What a chain has shown of a payment that does not count yet. */
export function Arrivals({ topUp, chain }: { topUp: TopUpView; chain: Chain }) {
  return (
    <Card title="Your payment has been seen" hint={`It counts once ${chain.name} has settled it.`}>
      <ul className="divide-y divide-line">
        {topUp.arrivals.map(({ id, amount, confirmations, seenAt }) => (
          <li key={id} className="py-3 first:pt-0 last:pb-0">
            <p className="flex flex-wrap items-baseline justify-between gap-x-4">
              <span className="figure text-lg font-medium">
                {decimalUnits(amount, chain.decimals)} <span className="text-ink-soft">{chain.currency}</span>
              </span>
              <span>{confirmationsOf(confirmations)}</span>
            </p>
            <div className="flex items-start gap-2 text-sm text-ink-faint">
              <span className="figure min-w-0 py-1 break-all">{id.split(':')[0]}</span>
              <CopyButton text={id.split(':')[0] ?? id} label="Copy the transaction" />
            </div>
            <p className="text-sm text-ink-faint">
              seen <Timestamp at={seenAt} part="second" />
            </p>
          </li>
        ))}
      </ul>
      <p className="mt-4 text-ink-soft">
        You need not wait here: it is credited by itself, and we mail you. Until it is settled the network could still
        drop it, so it is not in your wallet yet.
      </p>
    </Card>
  );
}

function confirmationsOf(count: number): string {
  if (count === 0) return 'announced, not in a block yet';
  return count === 1 ? '1 confirmation' : `${count} confirmations`;
}
