import { runScript } from '../scripts/local/programs.ts';
import type { Figure } from './figure.ts';
import { withWeb } from './web.ts';

const DEVICES = 100_000;

/** Searches a market of 100,000 devices at random, in SQL and as pages of one web process. */
export async function measureMarket(): Promise<Figure[]> {
  return withWeb(DEVICES, async ({ settings, url }) =>
    JSON.parse(await runScript(settings, 'bench/market-searches.ts', url)),
  );
}
