import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { Link } from '#components/ui/link';
import type { EarningsLine } from '#lib/payouts/queries';
import { lineWords } from './words.ts';

/** Every line of the books on an owner's earnings, to the micro-dollar. */
export function Lines({ lines }: { lines: EarningsLine[] }) {
  return (
    <Card title="Movements" hint="Every line of the books about what you earn." flush>
      {lines.length === 0 && <EmptyState title="Nothing has moved yet">Rent out a device, and it will.</EmptyState>}
      <ul className="divide-y divide-line">
        {lines.map((line) => (
          <li key={line.id} className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 px-5 py-2.5">
            <p className="min-w-0 break-words">
              {line.payoutId ? (
                <Link className="link" href={`#${line.payoutId}`}>
                  {lineWords(line.kind)}
                </Link>
              ) : (
                lineWords(line.kind)
              )}
            </p>
            <span className={line.amount > 0n ? 'text-good' : ''}>
              <Money amount={line.amount} exact signed />
            </span>
            <p className="col-span-2 text-sm text-ink-faint">
              {line.account === 'earnPending' ? 'Pending' : 'Available'} · <Timestamp at={line.at} />
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
