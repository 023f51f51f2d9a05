import { z } from 'zod';
import type { MarketSearch } from '#lib/devices/queries';
import { parseMoney, rateLimits } from '#lib/money';

/** The orders that the market can be read in, by what the columns say. */
export const sorts = {
  newest: 'Newest first',
  cpu: 'CPU',
  memory: 'Memory',
  disk: 'Disk',
  roundTrip: 'Round trip',
  uptime: 'Uptime',
  price: 'Price',
} satisfies Partial<Record<MarketSearch['sort'], string>>;

const whole = (least: number, most: number, what: string) =>
  z.coerce.number(what).int(what).min(least, what).max(most, what);

/** Every filter by its name in the URL. Each is read for itself, so that one bad value does not undo the others. */
const filters = {
  price: z.string().transform((text, context) => {
    const rate = parseMoney(text);
    if (rate !== null && rate >= rateLimits.least && rate <= rateLimits.most) return rate;
    context.addIssue('A price is an amount from $0.0001 to $100 an hour.');
    return z.NEVER;
  }),
  memory: whole(1, 1024, 'Memory is a whole number of gigabytes from 1 to 1024.'),
  cores: whole(1, 1024, 'Cores are a whole number from 1 to 1024.'),
  disk: whole(1, 100_000, 'Disk is a whole number of gigabytes from 1 to 100,000.'),
  architecture: z.enum(['arm64', 'amd64'], 'The architecture is arm64 or amd64.'),
  country: z.string().regex(/^[A-Z]{2}$/, 'A country is two letters, like DE.'),
  roundTrip: whole(1, 10_000, 'The round trip is a whole number of milliseconds from 1 to 10,000.'),
  uptime: z.coerce
    .number('The uptime is a percentage from 0 to 100.')
    .min(0, 'The uptime is a percentage from 0 to 100.')
    .max(100, 'The uptime is a percentage from 0 to 100.'),
  sort: z.enum(Object.keys(sorts) as (keyof typeof sorts)[], 'We cannot sort by that.'),
  page: whole(1, 100_000, 'Pages are counted from 1.'),
};

type Name = keyof typeof filters;
type Values = { [K in Name]?: z.infer<(typeof filters)[K]> };

/** What the URL asks of the market: values that make sense, what was typed, and what is wrong with the rest. */
export type MarketQuery = {
  values: Values;
  typed: Partial<Record<Name, string>>;
  problems: Partial<Record<Name, string>>;
};

/** Reads the market's URL; a value that makes no sense is left out and explained. */
export function readFilters(search: Record<string, string | string[] | undefined>): MarketQuery {
  const query: MarketQuery = { values: {}, typed: {}, problems: {} };
  for (const name of Object.keys(filters) as Name[]) {
    const typed = [search[name]].flat()[0]?.trim();
    if (!typed) continue;
    const read = filters[name].safeParse(typed);
    query.typed[name] = typed;
    if (read.success) Object.assign(query.values, { [name]: read.data });
    else query.problems[name] = read.error.issues[0]?.message ?? 'This makes no sense here.';
  }
  return query;
}

/** A board sold with 8 GB shows its system a little less; it is what somebody who asks for 8 GB means. */
const reportedShare = 0.9;

/** The search that the URL's values stand for. */
export function marketSearch({ values }: MarketQuery): MarketSearch {
  const { memory, uptime } = values;
  return {
    mostRate: values.price,
    leastMemoryBytes: memory === undefined ? undefined : BigInt(Math.round(memory * 1024 ** 3 * reportedShare)),
    leastCores: values.cores,
    leastDiskGigabytes: values.disk,
    architecture: values.architecture,
    country: values.country,
    mostRoundTripMs: values.roundTrip,
    leastUptime: uptime && uptime / 100,
    sort: values.sort ?? 'price',
    page: values.page ?? 1,
  };
}

/** The market's URL with some of what was typed changed; without `page`, back on the first. */
export function marketHref(typed: MarketQuery['typed'], changes: MarketQuery['typed']): string {
  const { page: _, ...kept } = typed;
  const search = new URLSearchParams(Object.entries({ ...kept, ...changes }).filter(([, value]) => value));
  return search.size > 0 ? `/?${search}` : '/';
}
