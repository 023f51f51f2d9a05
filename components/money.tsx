import { formatExactMoney, formatMoney } from '#lib/money';

type Props = { amount: bigint; per?: 'h' | 'month'; exact?: boolean; signed?: boolean };

/** An amount of money; `exact` shows all six decimals, `signed` marks what comes in. */
export function Money({ amount, per, exact, signed }: Props) {
  const text = exact ? formatExactMoney(amount) : formatMoney(amount);
  return (
    <span className="figure whitespace-nowrap">
      {signed && amount > 0n && '+'}
      {text}
      {per && <span className="text-ink-faint">/{per}</span>}
    </span>
  );
}

/** What an hourly rate comes to in 30 days without a gap. */
export function monthly(rate: bigint): bigint {
  return rate * 24n * 30n;
}
