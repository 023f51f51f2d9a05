import type { DeviceState } from '#lib/devices/lifecycle';
import type { PayoutState } from '#lib/payouts/lifecycle';
import type { RentalState } from '#lib/rentals/lifecycle';
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

/** Where a payout is in its life. */
export function PayoutBadge({ state }: { state: PayoutState }) {
  const { text, ...look } = payouts[state];
  return (
    <Badge dot {...look}>
      {text}
    </Badge>
  );
}

/** Where a rental is in its life; `interrupted` says that proofs are missing just now. */
export function RentalBadge({ state, interrupted }: { state: RentalState; interrupted?: boolean }) {
  if (state === 'active' && interrupted)
    return (
      <Badge tone="warn" dot>
        Interrupted
      </Badge>
    );
  const { text, ...look } = rentals[state];
  return (
    <Badge dot {...look}>
      {text}
    </Badge>
  );
}

type DeviceFacts = { state: DeviceState; online: boolean; cutOff: boolean; listed: boolean; suspended?: boolean };

/** Where a device is in its life, and what keeps it from the market. */
export function DeviceBadge({ suspended = false, ...facts }: DeviceFacts) {
  const { text, ...look } = deviceLook({ ...facts, suspended });
  return (
    <Badge dot {...look}>
      {text}
    </Badge>
  );
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
