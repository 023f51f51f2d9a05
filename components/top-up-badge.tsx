import type { TopUpState } from '#lib/top-ups/lifecycle';
import { Badge, type Tone } from './ui/badge.tsx';

const looks: Record<TopUpState, { text: string; tone: Tone; busy?: boolean }> = {
  created: { text: 'Not begun yet', tone: 'neutral' },
  pending: { text: 'To be paid', tone: 'accent' },
  requiresAction: { text: 'Needs you', tone: 'warn' },
  processing: { text: 'On its way', tone: 'accent', busy: true },
  succeeded: { text: 'Paid', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  expired: { text: 'Expired', tone: 'neutral' },
  cancelled: { text: 'Cancelled', tone: 'neutral' },
  partiallyRefunded: { text: 'Partly sent back', tone: 'neutral' },
  refunded: { text: 'Sent back', tone: 'neutral' },
  disputed: { text: 'Contested', tone: 'bad' },
  disputeWon: { text: 'Paid, contest over', tone: 'good' },
  disputeLost: { text: 'Taken back', tone: 'bad' },
  reorged: { text: 'Undone by the chain', tone: 'warn', busy: true },
};

/** Where a top-up is in its life. */
export function TopUpBadge({ state }: { state: TopUpState }) {
  const { text, ...look } = looks[state];
  return (
    <Badge dot {...look}>
      {text}
    </Badge>
  );
}
