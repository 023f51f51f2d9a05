import { Card } from '#components/ui/card';
import { Link } from '#components/ui/link';
import { feesOfPresets, listOffers } from './offers.ts';
import { TopUpForm } from './top-up-form.tsx';

/** How money gets into a wallet: by what the broker has set up, else by its admin. */
export function AddFunds() {
  const offers = listOffers();
  return (
    <Card title="Add funds">
      {offers.length > 0 ? (
        <TopUpForm offers={offers} feesOfPresets={feesOfPresets()} />
      ) : (
        <p>
          Ask the admin of this broker to credit your wallet. What you pay in stays yours until proven time uses it.
        </p>
      )}
      <p className="mt-4 text-sm text-ink-soft">
        To start a rental, one hour of its price must be free. It is set aside, not charged, and comes back at the end.
      </p>
      <p className="mt-2 text-sm">
        <Link href="/wallet/automatic" className="link">
          Automatic top-ups and alerts
        </Link>
      </p>
    </Card>
  );
}
