import { CURRENCY } from '#lib/ledger/accounts';
import { Money } from './money.tsx';

/** An amount of any currency: ours as money, others in the whole units that the books count. */
export function Units({ amount, currency }: { amount: bigint; currency: string }) {
  if (currency === CURRENCY) return <Money amount={amount} exact />;
  return (
    <span className="figure whitespace-nowrap">
      {amount.toLocaleString('en')} <span className="text-ink-faint">units of {currency}</span>
    </span>
  );
}
