import type { DeviceState } from '#lib/devices/lifecycle';
import type { PayoutState } from '#lib/payouts/lifecycle';
import type { RefundState } from '#lib/refunds/lifecycle';
import type { RentalState } from '#lib/rentals/lifecycle';
import type { TopUpState } from '#lib/top-ups/lifecycle';
import type { WebhookState } from '#lib/webhooks/queries';
import { Badge, type Tone } from './ui/badge.tsx';

type Look = { text: string; tone: Tone; busy?: boolean };

const rentals: Record<RentalState, Look> = {
  preparing: { text: 'Preparing', tone: 'accent', busy: true },
  active: { text: 'Running', tone: 'good' },
  suspended: { text: 'Suspended', tone: 'warn' },
  ended: { text: 'Ended', tone: 'neutral' },
  cancelled: { text: 'Cancelled', tone: 'neutral' },
};

const devices: Record<DeviceState, Look> = {
  awaitingAgent: { text: 'Waiting for the agent', tone: 'accent', busy: true },
  verifying: { text: 'Verifying', tone: 'accent', busy: true },
  rejected: { text: 'Not accepted', tone: 'bad' },
  ready: { text: 'Ready', tone: 'good' },
  rented: { text: 'Rented', tone: 'accent' },
  wiping: { text: 'Wiping', tone: 'accent', busy: true },
  quarantined: { text: 'Quarantined', tone: 'bad' },
  retired: { text: 'Retired', tone: 'neutral' },
};

const payouts: Record<PayoutState, Look> = {
  held: { text: 'Waiting', tone: 'warn' },
  reserved: { text: 'Set aside', tone: 'accent' },
  signing: { text: 'Being signed', tone: 'accent', busy: true },
  submitting: { text: 'Being sent', tone: 'accent', busy: true },
  unknown: { text: 'Not confirmed', tone: 'warn', busy: true },
  submitted: { text: 'Sent', tone: 'accent' },
  unclaimed: { text: 'Not collected', tone: 'warn' },
  paid: { text: 'Paid', tone: 'good' },
  returned: { text: 'Came back', tone: 'bad' },
  failed: { text: 'Refused', tone: 'bad' },
  cancelled: { text: 'Taken back', tone: 'neutral' },
};

const topUps: Record<TopUpState, Look> = {
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

const refunds: Record<RefundState, Look> = {
  requested: { text: 'Asked for', tone: 'accent' },
  submitting: { text: 'Being sent', tone: 'accent', busy: true },
  unknown: { text: 'Being checked', tone: 'warn', busy: true },
  pending: { text: 'On its way', tone: 'accent', busy: true },
  succeeded: { text: 'Sent', tone: 'good' },
  failed: { text: 'Not sent', tone: 'bad' },
};

const webhooks: Record<WebhookState, Look> = {
  waiting: { text: 'Waiting', tone: 'accent' },
  dead: { text: 'Given up', tone: 'bad' },
  done: { text: 'Done', tone: 'good' },
};

/** Where a payout is in its life. */
export function PayoutBadge({ state }: { state: PayoutState }) {
  return <StateBadge {...payouts[state]} />;
}

/** Where a refund is in its life. */
export function RefundBadge({ state }: { state: RefundState }) {
  return <StateBadge {...refunds[state]} />;
}

/** Where a top-up is in its life. */
export function TopUpBadge({ state }: { state: TopUpState }) {
  return <StateBadge {...topUps[state]} />;
}

/** Where a webhook is. */
export function WebhookBadge({ state }: { state: WebhookState }) {
  return <StateBadge {...webhooks[state]} />;
}

/** Where a rental is in its life; `interrupted` says that proofs are missing just now. */
export function RentalBadge({ state, interrupted }: { state: RentalState; interrupted?: boolean }) {
  if (state === 'active' && interrupted) return <StateBadge text="Interrupted" tone="warn" />;
  return <StateBadge {...rentals[state]} />;
}

type DeviceFacts = { state: DeviceState; online: boolean; cutOff: boolean; listed: boolean; suspended?: boolean };

/** Where a device is in its life, and what keeps it from the market. */
export function DeviceBadge({ suspended = false, ...facts }: DeviceFacts) {
  return <StateBadge {...deviceLook({ ...facts, suspended })} />;
}

function deviceLook({ state, online, cutOff, listed, suspended }: Required<DeviceFacts>): Look {
  if (suspended && state !== 'retired') return { text: 'Suspended', tone: 'bad' };
  const lasting: DeviceState[] = ['awaitingAgent', 'rejected', 'quarantined', 'retired'];
  const away = online ? cutOff && 'relay down' : 'offline';
  if (away && !lasting.includes(state)) return { text: `${devices[state].text}, ${away}`, tone: 'warn' };
  if (state === 'ready')
    return listed ? { text: 'On the market', tone: 'good' } : { text: 'Not listed', tone: 'neutral' };
  return devices[state];
}

function StateBadge({ text, ...look }: Look) {
  return (
    <Badge dot {...look}>
      {text}
    </Badge>
  );
}
