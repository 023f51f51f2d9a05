import { Money } from '#components/money';
import { CURRENCY } from '#lib/ledger/accounts';
import { decimalUnits } from '#lib/payments/quotes';
import { treasury } from '#lib/web/treasury';

/** An amount of any currency: ours as money, coins as people write them; in the books' own units if nobody knows better. */
export function Units({ amount, currency }: { amount: bigint; currency: string }) {
  if (currency === CURRENCY) return <Money amount={amount} exact />;
  const decimals = decimalsOf(currency);
  return (
    <span className="figure">
      {decimals === null ? amount.toLocaleString('en') : coins(amount, decimals)}{' '}
      <span className="text-ink-faint">
        {decimals === null && 'units of '}
        {currency}
      </span>
    </span>
  );
}

/** The decimals of a coin; null when the chains that are set up do not agree about them. */
function decimalsOf(currency: string): number | null {
  const known = [...treasury().chains.values()].filter((chain) => chain.currency === currency);
  const [decimals = null, ...others] = new Set(known.map((chain) => chain.decimals));
  return others.length === 0 ? decimals : null;
}

function coins(amount: bigint, decimals: number): string {
  return amount < 0n ? `−${decimalUnits(-amount, decimals)}` : decimalUnits(amount, decimals);
}
