import Link from 'next/link';
import { formatDuration } from '#components/duration';
import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import type { Movement } from '#lib/ledger/balances';
import { treasury } from '#lib/web/treasury';
import { tellBooking } from './story.ts';

/** All that moved the wallet, newest first, to the micro-dollar. */
export function Movements({ movements }: { movements: Movement[] }) {
  return (
    <Card title="Movements" hint="Running rentals are booked once an hour and when they end." flush>
      {movements.length === 0 ? (
        <EmptyState title="Nothing has moved yet">
          Credits and charges will stand here, each with its reason.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {movements.map((movement) => (
            <li key={movement.id} className="flex items-baseline justify-between gap-4 px-5 py-3">
              {movement.kind === 'booking' ? <Booking movement={movement} /> : <Usage movement={movement} />}
              <span className={movement.amount > 0n ? 'text-good' : ''}>
                <Money amount={movement.amount} exact signed />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Booking({ movement }: { movement: Movement & { kind: 'booking' } }) {
  const { at, provider, topUpId } = movement;
  const name = treasury().providers.get(provider ?? '')?.name ?? provider ?? '';
  const { title, note } = tellBooking(movement, name);
  return (
    <div className="min-w-0">
      <p className="break-words">
        {topUpId ? (
          <Link href={`/wallet/top-ups/${topUpId}`} className="link">
            {title}
          </Link>
        ) : (
          title
        )}
      </p>
      {note && <p className="text-sm break-words text-ink-soft">{note}</p>}
      <p className="text-sm text-ink-faint">
        <Timestamp at={at} />
      </p>
    </div>
  );
}

function Usage({ movement }: { movement: Movement & { kind: 'usage' } }) {
  const { rentalId, rentalName, deviceName, connectedMs, rate, from, to } = movement;
  return (
    <div className="min-w-0">
      <p className="break-words">
        <Link href={`/rentals/${rentalId}`} className="link">
          {rentalName}
        </Link>{' '}
        on {deviceName}
      </p>
      <p className="text-sm text-ink-soft">
        {formatDuration(Number(connectedMs))} proven at <Money amount={rate} per="h" />
      </p>
      <p className="text-sm text-ink-faint">
        <Timestamp at={from} /> – <Timestamp at={to} />
      </p>
    </div>
  );
}
