/** How many units of a coin buy `dollars` (micro-dollars) at `price` (micro-dollars a whole coin), rounded up. */
export function unitsFor(dollars: bigint, price: bigint, decimals: number): bigint {
  const scaled = dollars * 10n ** BigInt(decimals);
  return (scaled + price - 1n) / price;
}

/** What units of a coin are worth at `price` (micro-dollars a whole coin), in micro-dollars rounded down. */
export function dollarsFor(units: bigint, price: bigint, decimals: number): bigint {
  return (units * price) / 10n ** BigInt(decimals);
}

/** What units are worth at a locked price, at which `amount` of them are `dollars`: all of these for all of those. */
export function dollarsAtQuote(units: bigint, { amount, dollars }: { amount: bigint; dollars: bigint }): bigint {
  return (units * dollars) / amount;
}

/** Units as people write them, without zeros at the end: 16500 satoshi are `0.000165`. */
export function decimalUnits(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, '0');
  const cut = digits.length - decimals;
  const fraction = digits.slice(cut).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, cut) : `${digits.slice(0, cut)}.${fraction}`;
}

/** Reads a coin's amount as people write it, `0.000165`, in whole units; null for anything else, or with too many decimals. */
export function unitsOf(text: string, decimals: number): bigint | null {
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.trim());
  const [, whole = '', fraction = ''] = match ?? [];
  if (!match || fraction.length > decimals) return null;
  return BigInt(whole + fraction.padEnd(decimals, '0'));
}
