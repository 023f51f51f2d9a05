import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { Badge, type Tone } from '#components/ui/badge';
import { Card } from '#components/ui/card';
import type { RefundState } from '#lib/refunds/lifecycle';
import type { TopUpView } from '#lib/top-ups/queries';

const looks: Record<RefundState, { text: string; tone: Tone }> = {
  requested: { text: 'Asked for', tone: 'accent' },
  submitting: { text: 'Being sent', tone: 'accent' },
  unknown: { text: 'Being checked', tone: 'warn' },
  pending: { text: 'On its way', tone: 'accent' },
  succeeded: { text: 'Sent', tone: 'good' },
  failed: { text: 'Refused, in your wallet again', tone: 'bad' },
};

/** What of a top-up went back to where it came from, or was contested there. */
export function WayBack({ topUp: { refunds, disputes } }: { topUp: TopUpView }) {
  if (refunds.length + disputes.length === 0) return null;
  const title = [refunds.length > 0 && 'Sent back', disputes.length > 0 && 'Contested'].filter(Boolean).join(', ');
  return (
    <Card title={title} flush>
      <ul className="divide-y divide-line">
        {refunds.map(({ id, amount, state, createdAt, problem }) => (
          <Row key={id} amount={amount} at={createdAt} look={looks[state]} note={state === 'failed' && problem} />
        ))}
        {disputes.map(({ id, amount, state, openedAt }) => (
          <Row key={id} amount={amount} at={openedAt} look={contests[state]} note="Contested at the bank" />
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

type RowProps = { amount: bigint; at: Date; look: { text: string; tone: Tone }; note: string | false | null };

function Row({ amount, at, look, note }: RowProps) {
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-5 py-3">
      <div className="min-w-0">
        <Money amount={amount} />
        <p className="text-sm text-ink-faint">
          <Timestamp at={at} />
        </p>
        {note && <p className="text-sm text-ink-soft">{note}</p>}
      </div>
      <Badge tone={look.tone} dot>
        {look.text}
      </Badge>
    </li>
  );
}
