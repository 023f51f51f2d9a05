import { formatDuration } from '#components/duration';
import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { Link } from '#components/ui/link';
import type { Movement } from '#lib/ledger/balances';
import { providerName } from '#lib/payments/provider';
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
            <li key={movement.id} className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 px-5 py-3">
              {movement.kind === 'booking' ? <Booking movement={movement} /> : <Usage movement={movement} />}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Booking({ movement }: { movement: Movement & { kind: 'booking' } }) {
  const { at, provider, topUpId } = movement;
  const name = providerName(treasury().providers, provider ?? '');
  const { title, note } = tellBooking(movement, name);
  return (
    <>
      <p className="min-w-0 break-words">
        {topUpId ? (
          <Link href={`/wallet/top-ups/${topUpId}`} className="link">
            {title}
          </Link>
        ) : (
          title
        )}
      </p>
      <Amount of={movement} />
      {note && <p className="col-span-2 min-w-0 text-sm break-words text-ink-soft">{note}</p>}
      <p className="col-span-2 text-sm text-ink-faint">
        <Timestamp at={at} />
      </p>
    </>
  );
}

function Usage({ movement }: { movement: Movement & { kind: 'usage' } }) {
  const { rentalId, rentalName, deviceName, connectedMs, rate, from, to } = movement;
  return (
    <>
      <p className="min-w-0 break-words">
        <Link href={`/rentals/${rentalId}`} className="link">
          {rentalName}
        </Link>{' '}
        on {deviceName}
      </p>
      <Amount of={movement} />
      <p className="col-span-2 text-sm text-ink-soft">
        {formatDuration(Number(connectedMs))} proven at <Money amount={rate} per="h" />
      </p>
      <p className="col-span-2 text-sm text-ink-faint">
        <Timestamp at={from} /> – <Timestamp at={to} />
      </p>
    </>
  );
}

function Amount({ of: { amount } }: { of: Movement }) {
  return (
    <span className={amount > 0n ? 'text-good' : ''}>
      <Money amount={amount} exact signed />
    </span>
  );
}
