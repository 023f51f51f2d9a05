import { Card } from '#components/ui/card';

/** How money gets into a wallet. The provider `manual` is the only one so far. */
export function AddFunds() {
  return (
    <Card title="Add funds">
      <p>Ask the admin of this broker to credit your wallet. What you pay in stays yours until proven time uses it.</p>
      <p className="mt-2 text-sm text-ink-soft">
        To start a rental, one hour of its price must be free. It is set aside, not charged, and comes back at the end.
      </p>
    </Card>
  );
}
