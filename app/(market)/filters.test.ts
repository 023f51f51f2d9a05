import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DOLLAR, rateLimits } from '../../lib/money.ts';
import { marketHref, marketSearch, readFilters, sorts } from './filters.ts';

const searchOf = (search: Record<string, string | string[]>) => marketSearch(readFilters(search));

test('a URL that asks for nothing shows everything, the cheapest first', () => {
  const query = readFilters({});
  expect(query).toEqual({ values: {}, typed: {}, problems: {} });
  const { sort, page, ...limits } = marketSearch(query);
  expect({ sort, page }).toEqual({ sort: 'price', page: 1 });
  expect(Object.values(limits).filter((limit) => limit !== undefined)).toEqual([]);
});

test('a URL that asks for everything is read as it is meant', () => {
  const search = { price: '$0.02', cores: '4', disk: '16', architecture: 'arm64', country: 'PT', roundTrip: '30' };
  expect(searchOf({ ...search, uptime: '99.9', sort: 'cpu', page: '3' })).toMatchObject({
    mostRate: DOLLAR / 50n,
    leastCores: 4,
    leastDiskGigabytes: 16,
    architecture: 'arm64',
    country: 'PT',
    mostRoundTripMs: 30,
    leastUptime: expect.closeTo(0.999, 9),
    sort: 'cpu',
    page: 3,
  });
});

test('who asks for 8 GB is shown boards that were sold with 8 GB, and none with 4', () => {
  const { leastMemoryBytes = 0n } = searchOf({ memory: '8' });
  expect(leastMemoryBytes).toBeLessThan(7_900_000_000n);
  expect(leastMemoryBytes).toBeGreaterThan(4n * 2n ** 30n);
});

test.each([
  ['price', ['free', '-1', '0', '0.00001', '101', '1e2']],
  ['memory', ['0', '-8', '1.5', '1025', 'much', 'Infinity']],
  ['cores', ['0', '2.5', '1025', '4 cores']],
  ['disk', ['0', '100001', '16GB']],
  ['architecture', ['armv7', 'ARM64']],
  ['country', ['Portugal', 'pt', 'P1']],
  ['roundTrip', ['0', '10001', 'fast']],
  ['uptime', ['-1', '100.1', 'always']],
  ['sort', ['beauty', 'constructor']],
  ['page', ['0', '-1', '1.5', '100001']],
])('a %s that makes no sense is left out, explained, and kept in its field', (name, nonsense) => {
  for (const typed of nonsense) {
    const query = readFilters({ [name]: typed, country: name === 'country' ? typed : 'PT' });
    expect(query.values).toEqual(name === 'country' ? {} : { country: 'PT' });
    expect(query.problems).toEqual({ [name]: expect.stringMatching(/\.$/) });
    expect(query.typed).toMatchObject({ [name]: typed });
  }
});

test('a filter that stands twice in the URL counts once, blanks around it do not, and strangers are ignored', () => {
  expect(searchOf({ cores: ['2', '8'], country: ' PT ', colour: 'red', disk: '  ' })).toEqual(
    searchOf({ cores: '2', country: 'PT' }),
  );
});

test('whatever the URL says, the market is asked for something that exists', () => {
  const names = ['price', 'memory', 'cores', 'disk', 'architecture', 'country', 'roundTrip', 'uptime', 'sort', 'page'];
  const typed = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.integer().map(String),
    fc.constantFrom(...Object.keys(sorts), 'arm64', 'DE', '$1', '50'),
  );
  const url = fc.dictionary(fc.constantFrom(...names), fc.oneof(typed, fc.array(typed)));
  const isWhole = (value: number | undefined, most: number) =>
    value === undefined || (Number.isInteger(value) && value >= 1 && value <= most);

  fc.assert(
    fc.property(url, (search) => {
      const { mostRate, leastUptime, leastMemoryBytes, ...asked } = searchOf(search);
      expect(mostRate === undefined || (mostRate >= rateLimits.least && mostRate <= rateLimits.most)).toBe(true);
      expect(leastUptime === undefined || (leastUptime >= 0 && leastUptime <= 1)).toBe(true);
      expect(leastMemoryBytes === undefined || (leastMemoryBytes > 0n && leastMemoryBytes <= 2n ** 40n)).toBe(true);
      for (const value of [asked.leastCores, asked.mostRoundTripMs, asked.leastDiskGigabytes, asked.page]) {
        expect(isWhole(value, 100_000)).toBe(true);
      }
      expect(Object.keys(sorts)).toContain(asked.sort);
      expect(['arm64', 'amd64', undefined]).toContain(asked.architecture);
      expect(asked.country ?? 'DE').toMatch(/^[A-Z]{2}$/);
    }),
    { numRuns: 1000 },
  );
});

test('a link of the market changes one thing, keeps the rest, and goes back to the first page', () => {
  const typed = { country: 'PT', page: '4', sort: 'cpu' } as const;
  expect(marketHref(typed, { sort: 'price' })).toBe('/?country=PT&sort=price');
  expect(marketHref(typed, { page: '5' })).toBe('/?country=PT&sort=cpu&page=5');
  expect(marketHref({ page: '4' }, {})).toBe('/');
});
