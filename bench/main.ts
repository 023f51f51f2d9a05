import { cpus, release, totalmem } from 'node:os';
import type { Figure } from './figure.ts';
import { measureMarket } from './market.ts';
import { measureMetering } from './metering.ts';
import { measurePolls } from './polls.ts';
import { printFigures } from './table.ts';

const parts: Record<string, { title: string; measure: () => Promise<Figure[]> }> = {
  polls: { title: 'Agents in long polls against one web process', measure: measurePolls },
  market: { title: 'Searching the market', measure: measureMarket },
  metering: { title: 'Metering', measure: measureMetering },
};

const asked = process.argv.slice(2);
process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model}, ${(totalmem() / 1e9).toFixed(1)} GB, Linux ${release()}\n`,
);
for (const name of asked.length ? asked : Object.keys(parts)) {
  const part = parts[name];
  if (part) printFigures(part.title, await part.measure());
}
