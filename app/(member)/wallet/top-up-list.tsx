import { Money } from '#components/money';
import { TopUpBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Link } from '#components/ui/link';
import { providerName } from '#lib/payments/provider';
import type { TopUp } from '#lib/top-ups/sync';
import { treasury } from '#lib/web/treasury';

/** Top-ups by name, each a way to its own page. */
export function TopUpList({ topUps }: { topUps: TopUp[] }) {
  const { providers } = treasury();
  return (
    <ul className="divide-y divide-line">
      {topUps.map(({ id, amount, provider, automatic, state, createdAt }) => (
        <li key={id} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-5 py-3">
          <div className="min-w-0">
            <Link href={`/wallet/top-ups/${id}`} className="link">
              <Money amount={amount} /> by {providerName(providers, provider)}
            </Link>
            <p className="text-sm text-ink-faint">
              <Timestamp at={createdAt} />
              {automatic && ', automatic'}
            </p>
          </div>
          <TopUpBadge state={state} />
        </li>
      ))}
    </ul>
  );
}
