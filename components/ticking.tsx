'use client';

import { useSyncExternalStore } from 'react';
import { formatExactMoney } from '#lib/money';
import { formatDuration } from './duration.tsx';

const everySecond = (tell: () => void) => {
  const timer = setInterval(tell, 1000);
  return () => clearInterval(timer);
};

/** The time, in whole seconds, moving; on the server and at first it is `serverNow`. */
function useNow(serverNow: number): number {
  return useSyncExternalStore(
    everySecond,
    () => Math.floor(Date.now() / 1000) * 1000,
    () => serverNow,
  );
}

/** How long ago something was, counting up. */
export function Elapsed({ since, now }: { since: Date; now: Date }) {
  const milliseconds = Math.max(1000, useNow(now.getTime()) - since.getTime());
  return <span className="figure whitespace-nowrap">{formatDuration(milliseconds)}</span>;
}

/** How long something still is away, counting down to `0 s`. */
export function Countdown({ until, now }: { until: Date; now: Date }) {
  const milliseconds = until.getTime() - useNow(now.getTime());
  return <span className="figure whitespace-nowrap">{milliseconds < 1000 ? '0 s' : formatDuration(milliseconds)}</span>;
}

type Meter = { rate: bigint; billableMs: number; provedAt: Date | null; now: Date };

/** The longest that the meter bridges between two proofs. */
const BRIDGED_MS = 30_000;

/** Proven time so far, and the seconds since the last proof, which the next one will add; without it they fall away. */
function useMeter({ billableMs, provedAt, now }: Meter): number {
  const sinceProof = useNow(now.getTime()) - (provedAt?.getTime() ?? 0);
  return billableMs + (sinceProof <= BRIDGED_MS ? Math.max(0, sinceProof) : 0);
}

/** What a running rental has cost, counting up while it is proven. */
export function RunningCost(meter: Meter) {
  const milliseconds = BigInt(Math.floor(useMeter(meter)));
  return <span className="figure whitespace-nowrap">{formatExactMoney((meter.rate * milliseconds) / 3_600_000n)}</span>;
}

/** For how long a running rental was proven, counting up while it is. */
export function RunningTime(meter: Meter) {
  return <span className="figure whitespace-nowrap">{formatDuration(Math.floor(useMeter(meter) / 1000) * 1000)}</span>;
}
