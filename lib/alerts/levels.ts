/** What a person is told of: their own level, and how long the wallet lasts. */
export type Alert = 'level' | 'day' | 'hour' | 'minutes';

/** A wallet in micro-dollars: what rentals may still use, what they use in an hour, and the person's own level. */
export type LowWallet = { spendable: bigint; burnPerHour: bigint; level: bigint | null };

/** From the least pressing to the most. */
const alerts: [Alert, (wallet: LowWallet) => boolean][] = [
  ['level', ({ spendable, level }) => level !== null && spendable < level],
  ['day', (wallet) => lastsLessThan(wallet, 24 * 60)],
  ['hour', (wallet) => lastsLessThan(wallet, 60)],
  ['minutes', (wallet) => lastsLessThan(wallet, 10)],
];

function lastsLessThan({ spendable, burnPerHour }: LowWallet, minutes: number): boolean {
  return burnPerHour > 0n && spendable * 60n < burnPerHour * BigInt(minutes);
}

/**
 * Of what to tell a person now: the most pressing of what is new. `told` is what they have been told since the wallet
 * was last above it, and `now` what that is afterwards.
 */
export function alertsOf(wallet: LowWallet, told: Alert[]): { tell: Alert | null; now: Alert[] } {
  const now = alerts.filter(([, holds]) => holds(wallet)).map(([alert]) => alert);
  const fresh = now.filter((alert) => !told.includes(alert));
  return { tell: fresh.at(-1) ?? null, now };
}
