import { Money, monthly } from '#components/money';
import { parseMoney, rateLimits, roundToCents } from '#lib/money';

/** What a rate comes to for its owner; as many lines whatever is typed. */
export function RateHint({ text, feeBasisPoints }: { text: string; feeBasisPoints: number }) {
  const rate = parseMoney(text);
  if (rate === null || rate < rateLimits.least || rate > rateLimits.most) return 'From $0.0001 to $100 an hour.';
  const net = (monthly(rate) * BigInt(10_000 - feeBasisPoints)) / 10_000n;
  return (
    <>
      Up to <Money amount={roundToCents(net)} per="month" /> for you, after a fee of {feeBasisPoints / 100} %.
    </>
  );
}
