import type { ReactNode } from 'react';
import { Money } from '#components/money';
import { RefundBadge } from '#components/state-badge';
import { Timestamp } from '#components/timestamp';
import { Badge, type Tone } from '#components/ui/badge';
import { Card } from '#components/ui/card';
import type { TopUpView } from '#lib/top-ups/queries';

/** What of a top-up went back to where it came from, or was contested there. */
export function WayBack({ topUp: { refunds, disputes } }: { topUp: TopUpView }) {
  if (refunds.length + disputes.length === 0) return null;
  const title = [refunds.length > 0 && 'Sent back', disputes.length > 0 && 'Contested'].filter(Boolean).join(', ');
  return (
    <Card title={title} flush>
      <ul className="divide-y divide-line">
        {refunds.map(({ id, amount, state, createdAt, problem }) => (
          <Row key={id} amount={amount} at={createdAt} note={state === 'failed' && problem}>
            <RefundBadge state={state} />
          </Row>
        ))}
        {disputes.map(({ id, amount, state, openedAt }) => (
          <Row key={id} amount={amount} at={openedAt} note="Contested at the bank">
            <Badge tone={contests[state].tone} dot>
              {contests[state].text}
            </Badge>
          </Row>
        ))}
      </ul>
    </Card>
  );
}

const contests: Record<'open' | 'won' | 'lost', { text: string; tone: Tone }> = {
  open: { text: 'Being decided', tone: 'warn' },
  won: { text: 'Yours again', tone: 'good' },
  lost: { text: 'Given back', tone: 'bad' },
};

type RowProps = { amount: bigint; at: Date; note: string | false | null; children: ReactNode };

function Row({ amount, at, note, children }: RowProps) {
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-5 py-3">
      <div className="min-w-0">
        <Money amount={amount} />
        <p className="text-sm text-ink-faint">
          <Timestamp at={at} />
        </p>
        {note && <p className="text-sm text-ink-soft">{note}</p>}
      </div>
      {children}
    </li>
  );
}
