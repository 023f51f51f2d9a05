import { afterEach, beforeEach, expect, test } from 'vitest';
import { DOLLAR } from '../money.ts';
import { askPrice } from './prices.ts';
import { PaymentError } from './provider.ts';
import { type FakeAnswer, serveFake } from './testing/fake-server.ts';

let server: Awaited<ReturnType<typeof serveFake>>;
let answers: Record<string, FakeAnswer>;
beforeEach(async () => {
  answers = {};
  server = await serveFake(({ path }) => answers[path] ?? { status: 404, json: { error: 'unknown pair' } });
});
afterEach(() => server.close());

/** Sources that tell these prices, each under a path of its own. */
function sourcesOf(...prices: unknown[]) {
  return prices.map((price, at) => {
    answers[`/${at}/BTC-USD`] = { status: 200, json: { data: { amount: price } } };
    return `${server.url}/${at}/{currency}-USD#data.amount`;
  });
}

const refuses = (sources: string[], message: string, currency = 'BTC') =>
  expect(askPrice(currency, sources)).rejects.toEqual(
    expect.objectContaining({ name: 'UpstreamError', failure: 'notDone', message: expect.stringContaining(message) }),
  );

test.each([
  ['one source', ['97123.45'], 97_123_450_000n],
  ['the middle one of three', ['100.5', '100', '101'], 100_500_000n],
  ['between the middle ones of four', ['100', '101', '100.2', '100.4'], 100_300_000n],
  ['a number in place of text', [97123.45], 97_123_450_000n],
  ['without what is below a micro-dollar', ['0.1234567891'], 123_456n],
])('the price is that of %s', async (_, prices, expected) => {
  expect(await askPrice('BTC', sourcesOf(...prices))).toBe(expected);
});

test('a path finds the price under a name that only the source knows', async () => {
  answers['/Ticker'] = { status: 200, json: { error: [], result: { XXBTZUSD: { c: ['97000.10000', '0.1'] } } } };
  expect(await askPrice('BTC', [`${server.url}/Ticker?pair={currency}USD#result.*.c.0`])).toBe(97_000_100_000n);
});

test('sources that differ by more than two hundredths give no price', async () => {
  expect(await askPrice('BTC', sourcesOf('98', '100'))).toBe(99n * DOLLAR);
  await refuses(sourcesOf('97.9', '100', '100'), 'disagree');
});

test('half of the sources are enough, and fewer are not', async () => {
  const [one = '', other = '', third = ''] = sourcesOf('100', '100', '100');
  answers['/1/BTC-USD'] = { status: 500, json: {} };
  answers['/2/BTC-USD'] = 'hangUp';
  expect(await askPrice('BTC', [one, other])).toBe(100n * DOLLAR);
  await refuses([one, other, third], 'only 1 of 3 sources');
  await refuses([], 'only 0 of 0 sources');
});

test.each([null, {}, [], '', '-1', '0', '1e9', '1,000', 'NaN', '0x10', true, '1'.repeat(13)])(
  '%j is no price',
  async (told) => {
    await refuses(sourcesOf(told), 'only 0 of 1');
  },
);

test('a stable currency is a dollar, whether or not a source can be asked', async () => {
  expect(await askPrice('USDC', [])).toBe(DOLLAR);
  expect(await askPrice('USDC', sourcesOf('1'))).toBe(DOLLAR);
  answers['/0/USDC-USD'] = { status: 200, json: { data: { amount: '0.985' } } };
  expect(await askPrice('USDC', sourcesOf('1'))).toBe(DOLLAR);
});

test('a stable currency that one source sees off its dollar has no price', async () => {
  answers['/0/USDC-USD'] = { status: 200, json: { data: { amount: '1' } } };
  answers['/1/USDC-USD'] = { status: 200, json: { data: { amount: '0.97' } } };
  await refuses(sourcesOf('1', '1'), 'has left its dollar', 'USDC');
});

test('a source that is silent holds nobody up for long', { timeout: 8_000 }, async () => {
  const silent = await serveFake(() => new Promise<never>(() => {}));
  const [quick = ''] = sourcesOf('100');
  expect(await askPrice('BTC', [quick, `${silent.url}/{currency}#x`])).toBe(100n * DOLLAR);
  await silent.close();
});

test('no price is a failure that may be tried again', async () => {
  const failure = await askPrice('BTC', []).catch((cause: unknown) => cause);
  expect(failure).toBeInstanceOf(PaymentError);
  expect(failure).toMatchObject({ retryable: true });
});
