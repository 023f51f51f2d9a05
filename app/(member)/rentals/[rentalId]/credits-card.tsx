import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { listFaultCredits } from '#lib/faults/queries';
import type { RentalView } from '#lib/rentals/queries';

/** What an admin gave the renter back because something did not work; nothing where nobody did. */
export async function CreditsCard({ rental }: { rental: RentalView }) {
  const credits = await listFaultCredits(rental.id);
  if (credits.length === 0) return null;
  const ofOwner = rental.role !== 'renter';
  return (
    <Card title="Credits for faults" hint={ofOwner && 'What was taken from the owner’s pending earnings.'} flush>
      <ul className="divide-y divide-line">
        {credits.map(({ id, amount, fromOwner, reason, at }) => (
          <li key={id} className="flex items-baseline justify-between gap-4 px-5 py-3">
            <div className="min-w-0">
              <p className="wrap-anywhere">{reason}</p>
              <p className="text-sm text-ink-faint">
                <Timestamp at={at} />
              </p>
            </div>
            <Money amount={ofOwner ? -fromOwner : amount} exact signed />
          </li>
        ))}
      </ul>
    </Card>
  );
}
