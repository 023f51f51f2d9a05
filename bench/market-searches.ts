import { marketHref, marketSearch, readFilters, sorts } from '../app/(market)/filters.ts';
import { pool } from '../db/client.ts';
import { MARKET_MOST, MARKET_PAGE, searchMarket } from '../lib/devices/queries.ts';
import { invariant } from '../lib/errors.ts';
import type { Figure } from './figure.ts';
import { quantile } from './quantiles.ts';

const SEARCHES = 300;

// Searches the market of the web process given as people do, prints figures.
const [url = ''] = process.argv.slice(2);
const searches = Array.from({ length: SEARCHES }, (_, index) => randomSearch(index));
const { rows } = await pool.query('select id from devices order by random() limit $1', [SEARCHES]);

const nothing = await timeEach(rows, () => pool.query('select 1'));
const byId = await timeEach(rows, ({ id }) => pool.query('select * from devices where id = $1', [id]));
const sql = await timeEach(searches, (typed) => searchMarket(marketSearch(readFilters(typed))));
const still = await timeEach(searches, () => readPage(`${url}/contract`));
const pages = await timeEach(searches, (typed) => readPage(url + marketHref(typed, { page: typed.page })));
await pool.end();

const beside = (name: string, bare: number[]) => `${name} (${quantile(bare, 0.95).toFixed(1)} ms)`;
const figure = (name: string, times: number[], bare: number[], besideName: string, most: number): Figure => ({
  name: `100,000 devices, ${SEARCHES} random searches: ${name}, 95 %`,
  value: quantile(times, 0.95),
  unit: 'ms',
  comparedWith: beside(besideName, bare),
  ratio: quantile(times, 0.95) / quantile(bare, 0.95),
  target: { most },
});
process.stdout.write(
  JSON.stringify([
    { ...figure('SQL', sql, byId, 'a select by primary key', 50) },
    { ...figure('SQL', sql, nothing, 'select 1', 50), name: 'the same', target: null },
    { ...figure('SQL', sql, nothing, 'select 1', 50), name: 'the slowest', value: Math.max(...sql), target: null },
    figure('page', pages, still, 'a page without SQL', 200),
  ]),
);

/** A search as somebody could have clicked it together: each filter half the time, any order, often a later page. */
function randomSearch(index: number) {
  const at = (share: number) => 1 + Math.floor(share * Math.random());
  const one = <Value>(values: Value[]) => values[Math.floor(Math.random() * values.length)] as Value;
  const values = {
    price: () => (0.0001 * at(1000)).toFixed(4),
    memory: () => String(one([1, 2, 4, 8, 16])),
    cores: () => String(one([1, 2, 4, 8])),
    disk: () => String(one([8, 32, 100, 500])),
    architecture: () => one(['arm64', 'amd64']),
    country: () => one(['DE', 'NO', 'FR', 'US', 'GB', 'IN', 'BR', 'JP', 'PL', 'ZA']),
    roundTrip: () => String(one([5, 20, 50, 200])),
    uptime: () => String(one([50, 90, 99])),
  };
  const chosen = Object.entries(values).filter(() => Math.random() < 0.4);
  const filters = Object.fromEntries(chosen.map(([name, value]) => [name, value()]));
  const sort = Object.keys(sorts)[index % Object.keys(sorts).length] as string;
  return { ...filters, sort, page: String(Math.random() < 0.5 ? 1 : at(MARKET_MOST / MARKET_PAGE)) };
}

async function timeEach<Value>(values: Value[], work: (value: Value) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (const value of values) {
    const begun = performance.now();
    await work(value);
    times.push(performance.now() - begun);
  }
  return times;
}

async function readPage(address: string) {
  const answer = await fetch(address);
  invariant(answer.ok && (await answer.text()).includes('</html>'), `${address} did not answer with a page`);
}
