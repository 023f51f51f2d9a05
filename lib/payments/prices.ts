import { DOLLAR } from '../money.ts';
import { ask } from './http.ts';
import { PaymentError } from './provider.ts';

/** Currencies that are a dollar by their issuer's word. */
const dollars = new Set(['USDC', 'USDT', 'DAI', 'USDP', 'PYUSD']);

/** How far sources may be apart, and stable currencies from their dollar, in hundredths. */
const MOST_APART = 2n;

/** People wait for a price while they look at a page. */
const PATIENCE_MS = 5_000;

/**
 * What a whole coin is worth, in micro-dollars: the median of what `sources` say, where a source is an address with
 * `{currency}` in it and, after `#`, the path to the price. Throws PaymentError when fewer than half of them answer or
 * they disagree, and for a stable currency that some source no longer sees at its dollar.
 */
export async function askPrice(currency: string, sources: string[]): Promise<bigint> {
  const answers = await Promise.allSettled(
    sources.map((source) => askSource(source.replaceAll('{currency}', currency))),
  );
  const prices = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  if (dollars.has(currency)) return dollarOf(currency, prices);
  if (prices.length === 0 || prices.length * 2 < sources.length)
    throw noPrice(`only ${prices.length} of ${sources.length} sources know the price of ${currency}`);
  return agreedPrice(currency, prices);
}

function dollarOf(currency: string, prices: bigint[]): bigint {
  if (prices.some((price) => areApart(price, DOLLAR))) throw noPrice(`${currency} has left its dollar`);
  return DOLLAR;
}

function agreedPrice(currency: string, prices: bigint[]): bigint {
  const [least, ...more] = prices.toSorted((one, other) => (one < other ? -1 : 1));
  if (least === undefined || areApart(least, more.at(-1) ?? least))
    throw noPrice(`the sources disagree about the price of ${currency}`);
  return medianOf([least, ...more]);
}

function areApart(one: bigint, other: bigint) {
  const difference = one < other ? other - one : one - other;
  return difference * 100n > MOST_APART * other;
}

function medianOf(sorted: bigint[]): bigint {
  const [low = 0n, high = 0n] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return (low + high) / 2n;
}

async function askSource(source: string): Promise<bigint> {
  const [url = '', path = ''] = source.split('#');
  const { status, body } = await ask('prices', url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const price = status === 200 ? microDollarsIn(valueAt(body, path.split('.'))) : null;
  if (!price) throw noPrice(`${new URL(url).host} told none`);
  return price;
}

/** What stands at a path of names, where `*` is the first name that there is. */
function valueAt(body: unknown, path: string[]): unknown {
  return path.reduce<unknown>((within, name) => {
    if (typeof within !== 'object' || within === null) return undefined;
    return name === '*' ? Object.values(within)[0] : Object.entries(within).find(([key]) => key === name)?.[1];
  }, body);
}

/** A price as sources write it, `97123.4512345` or the number; what is below a micro-dollar is left out. */
function microDollarsIn(value: unknown): bigint | null {
  const [, whole, decimals = ''] = /^(\d{1,12})(?:\.(\d{1,30}))?$/.exec(String(value)) ?? [];
  return whole === undefined ? null : BigInt(whole) * DOLLAR + BigInt(decimals.padEnd(6, '0').slice(0, 6));
}

function noPrice(why: string) {
  return new PaymentError('prices', why, 'notDone');
}
