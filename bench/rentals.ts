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
  const bare: Bare[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const rental = await rent(broker);
    rented.push(rental);
    stopped.push(await stop(broker, rental));
    if (round % 4 === 0) bare.push(await timeBare(broker.keyFile));
  }
  const [made, removed] = [median(bare.map((one) => one.made)), median(bare.map((one) => one.removed))];
  return [...wayIn(rented, made), ...(await stepsOf(broker, rented)), ...wayOut(stopped, { made, removed })];
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

/** Beside a container on the bare engine: what ends its connections, and what makes another in its place. */
function wayOut(stopped: Stopped[], { made, removed }: Bare): Figure[] {
  const figures = (what: keyof Stopped, name: string, most: number, bare: number, comparedWith: string) => {
    const seconds = stopped.map((stop) => stop[what] / 1000);
    const figure = (value: number) => ({ value, unit: 's', comparedWith, ratio: value / bare, target: { most } });
    return [
      { name: `stop: ${name}, median`, ...figure(median(seconds)) },
      { name: `stop: ${name}, slowest`, ...figure(Math.max(...seconds)) },
    ];
  };
  const removal = `docker rm -f on the bare engine (${removed.toFixed(2)} s)`;
  const renewal = `docker rm -f, docker run and first ssh command there (${(removed + made).toFixed(2)} s)`;
  return [
    ...figures('cut', 'open connection cut', 2, removed, removal),
    ...figures('refused', 'new connection refused', 2, removed, removal),
    ...figures('back', 'wiped and to be rented again', 15, removed + made, renewal),
  ];
}

/** Seconds until a container on the bare engine answered its first ssh command, and until it was removed again. */
type Bare = { made: number; removed: number };

async function timeBare(keyFile: string): Promise<Bare> {
  const begun = performance.now();
  await using parts = new AsyncDisposableStack();
  const environment = parts.use(await startBareEnvironment(keyFile));
  await shOk(`${environment.ssh} bench@${environment.address} true`);
  const answered = performance.now();
  await parts.disposeAsync();
  return { made: (answered - begun) / 1000, removed: (performance.now() - answered) / 1000 };
}
