import { cpus, release, totalmem } from 'node:os';
import { measureAnswers } from './answers.ts';
import { type BenchBroker, withBroker } from './broker.ts';
import type { Figure } from './figure.ts';
import { measureLedger } from './ledger.ts';
import { measureLink } from './link.ts';
import { measureMarket } from './market.ts';
import { measureMetering } from './metering.ts';
import { measurePapers } from './papers.ts';
import { measurePolls } from './polls.ts';
import { measureRentals } from './rentals.ts';
import { printFigures } from './table.ts';
import { measureThroughput } from './throughput.ts';
import { measureWebhooks } from './webhooks.ts';

/** What is measured by itself, by the name that `npm run bench -- NAME` knows. */
const alone = {
  polls: { title: 'Agents in long polls against one web process', measure: measurePolls },
  market: { title: 'The market', measure: measureMarket },
  metering: { title: 'Metering', measure: measureMetering },
  ledger: { title: 'The ledger', measure: measureLedger },
  papers: { title: 'Papers', measure: measurePapers },
  webhooks: { title: 'Webhooks', measure: measureWebhooks },
  answers: { title: 'Answers that shall not tell who has an account', measure: measureAnswers },
};

/** What needs a whole broker with this machine as its device. */
const whole = {
  start: { title: 'Start', measure: measureStart },
  rental: { title: 'A rental', measure: measureRentals },
  throughput: { title: 'Throughput of one ssh session', measure: measureThroughput },
  link: { title: 'The link between device and relay', measure: measureLink },
};

type Part<Measure> = { title: string; measure: Measure };

const [processor] = cpus();
const machine = `${cpus().length} × ${processor?.model}, ${(totalmem() / 1e9).toFixed(1)} GB, Linux ${release()}`;
process.stdout.write(`${machine}\n`);
for (const { title, measure } of asked(alone)) printFigures(title, await measure());
const onBroker = asked(whole);
if (onBroker.length > 0) {
  await withBroker(async (broker) => {
    for (const { title, measure } of onBroker) printFigures(title, await measure(broker));
  });
}

/** The parts that the command line names, or all when it names none. */
function asked<Measure>(parts: Record<string, Part<Measure>>): Part<Measure>[] {
  const names = process.argv.slice(2);
  return Object.entries(parts).flatMap(([name, part]) => (names.length === 0 || names.includes(name) ? [part] : []));
}

/** Beside the start on an empty database; what installing takes besides is measured in a fresh clone. */
async function measureStart({ startSeconds: { first, second } }: BenchBroker): Promise<Figure[]> {
  const comparedWith = `the first start here, on an empty database: ${first.toFixed(1)} s`;
  const figure = { unit: 's', comparedWith, ratio: second / first, target: { most: 15 } };
  return [{ name: 'second start until it is ready', value: second, ...figure }];
}
