import { shOk } from '../scripts/testing/terminal.ts';
import { startBareEnvironment } from './bare-environment.ts';
import type { BenchBroker } from './broker.ts';
import type { Figure, Target } from './figure.ts';
import { median, quantile } from './quantiles.ts';
import { type Rented, rent, type Stopped, stop } from './rental.ts';

const ROUNDS = 20;

/** Rents, signs in and stops twenty times, beside the same image on the bare engine. */
export async function measureRentals(broker: BenchBroker): Promise<Figure[]> {
  const rented: Rented[] = [];
  const stopped: Stopped[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const rental = await rent(broker);
    rented.push(rental);
    stopped.push(await stop(broker, rental));
    if (round % 4 === 0) bare.push(await timeBare(broker.keyFile));
  }
  return [...wayIn(rented, median(bare)), ...(await stepsOf(broker, rented)), ...wayOut(stopped)];
}

function wayIn(rented: Rented[], bare: number): Figure[] {
  const totals = rented.map(({ steps }) => (steps['first command answered'] ?? 0) / 1000);
  const figure = (name: string, value: number, target: Target): Figure => ({
    name: `from "rent" to the first ssh command, ${name}`,
    value,
    unit: 's',
    comparedWith: `docker run and first ssh command on the bare engine (${bare.toFixed(2)} s)`,
    ratio: value / bare,
    target,
  });
  return [figure('median', median(totals), { most: 2 }), figure('95 %', quantile(totals, 0.95), { most: 4 })];
}

/** When each step was done, and how long the agent's own took. */
async function stepsOf({ database }: BenchBroker, rented: Rented[]): Promise<Figure[]> {
  const step = (name: string, milliseconds: number, comparedWith: string): Figure => {
    return { name: `  ${name}`, value: milliseconds / 1000, unit: 's', comparedWith, target: null };
  };
  const names = Object.keys(rented[0]?.steps ?? {});
  const since = names.map((name) =>
    step(name, median(rented.map(({ steps }) => steps[name] ?? 0)), 'after the click, median'),
  );
  const { rows } = await database.query(
    `select step->>'step' as name, percentile_disc(0.5) within group (order by (step->>'milliseconds')::float) as took
     from rentals, jsonb_array_elements(environment_steps) with ordinality as steps(step, place)
     where id = any($1) group by 1 order by min(place)`,
    [rented.map(({ id }) => id)],
  );
  return [...since, ...rows.map(({ name, took }) => step(`agent: ${name}`, took, 'its own time, median'))];
}

function wayOut(stopped: Stopped[]): Figure[] {
  return [
    ...ofAll(
      'stop: open connection cut',
      stopped.map(({ cut }) => cut),
      2,
    ),
    ...ofAll(
      'stop: new connection refused',
      stopped.map(({ refused }) => refused),
      2,
    ),
    ...ofAll(
      'stop: wiped and to be rented again',
      stopped.map(({ back }) => back),
      15,
    ),
  ];
}

function ofAll(name: string, milliseconds: number[], most: number): Figure[] {
  const figure = { unit: 's', comparedWith: '', target: { most } };
  return [
    { name: `${name}, median`, value: median(milliseconds) / 1000, ...figure },
    { name: `${name}, slowest`, value: Math.max(...milliseconds) / 1000, ...figure },
  ];
}

async function timeBare(keyFile: string): Promise<number> {
  const begun = performance.now();
  await using environment = await startBareEnvironment(keyFile);
  await shOk(`${environment.ssh} bench@${environment.address} true`);
  return (performance.now() - begun) / 1000;
}
