import type { StoredDifference } from '#db/schema/papers';
import type { Money, ProviderTransaction } from '../payments/provider.ts';

const HOUR_MS = 3_600_000;

/** What is younger than that may not have reached the other side yet: providers report hours late. */
const SETTLING_MS = 6 * HOUR_MS;

/** A movement on a provider's account that the books know of. */
export type Movement = Money & {
  reference: string;
  /** When it was booked; null for what the provider may tell already or not yet. */
  at: Date | null;
  /** Whether the provider may name it otherwise than we do, as with payouts. */
  renamed: boolean;
};

/** Both sides of a comparison; `since` is from when on each of our movements must stand there too. */
export type Sides = {
  ledger: Money[];
  reported: Money[];
  here: Movement[];
  there: ProviderTransaction[];
  since: Date;
  at: Date;
};

/** What the books and a provider tell differently, as it stands at `at`. */
export function compare(sides: Sides): StoredDifference[] {
  const { here, there, since, at } = sides;
  const open = new Set(here);
  const matched = there.map((told) => ({ told, known: take(open, told) }));
  const settled = new Date(at.getTime() - SETTLING_MS);
  const unknown = matched.filter(({ told, known }) => !known && told.at <= settled).map(({ told }) => told);
  const missing = [...open].filter((known) => known.at !== null && known.at >= since && known.at <= settled);
  // What was told there and is on its way into the books, or just not booked yet, is missing here with good reason.
  const early = matched.filter(({ told, known }) => (known ? known.at === null : told.at > settled));
  return [
    ...balancesOf(
      sides,
      early.map(({ told }) => netOf(told)),
    ),
    ...unknown.map((told) => movementOf(told.reference, netOf(told), nearest(here, told), netOf(told).amount)),
    ...missing
      .filter(({ reference }) => !unknown.some((told) => told.reference === reference))
      .map((known) => movementOf(known.reference, known, known.amount, null)),
  ];
}

/**
 * Takes out what a provider tells of and answers one of it: our movement of that name and size, or all of that name
 * when they come to it (an admin has corrected it), or one of that size that goes by another name there.
 */
function take(open: Set<Movement>, told: ProviderTransaction): Movement | undefined {
  const { currency, amount } = netOf(told);
  const named = [...open].filter((known) => known.currency === currency && known.reference === told.reference);
  const exact = named.find((known) => known.amount === amount);
  const whole = sumOf(named) === amount ? named : [];
  const renamed = [...open].find((known) => known.renamed && known.currency === currency && known.amount === amount);
  const found = exact ? [exact] : whole.length > 0 || !renamed ? whole : [renamed];
  for (const known of found) open.delete(known);
  return found[0];
}

function nearest(here: Movement[], { reference }: ProviderTransaction): bigint | null {
  const known = here.filter((movement) => movement.reference === reference);
  return known.length > 0 ? sumOf(known) : null;
}

function netOf({ amount, fee }: ProviderTransaction): Money {
  return { currency: amount.currency, amount: amount.amount - fee.amount };
}

function balancesOf({ ledger, reported }: Sides, early: Money[]): StoredDifference[] {
  const currencies = [...new Set([...ledger, ...reported].map(({ currency }) => currency))].sort();
  return currencies.flatMap((currency) => {
    const [here, there] = [[...ledger, ...early], reported].map((side) =>
      sumOf(side.filter((money) => money.currency === currency)),
    );
    if (here === there) return [];
    return [{ kind: 'balance', reference: 'balance', currency, here: `${here}`, there: `${there}` }];
  });
}

function movementOf(
  reference: string,
  { currency }: Money,
  here: bigint | null,
  there: bigint | null,
): StoredDifference {
  const text = (amount: bigint | null) => amount?.toString() ?? null;
  return { kind: 'movement', reference, currency, here: text(here), there: text(there) };
}

const sumOf = (money: Money[]) => money.reduce((sum, { amount }) => sum + amount, 0n);
