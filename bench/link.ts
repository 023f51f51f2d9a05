import type { Client } from 'pg';
import { cutDevice, healDevice } from '../scripts/testing/kill.ts';
import { type BenchBroker, benchAgent } from './broker.ts';
import type { Figure } from './figure.ts';

const ROUNDS = 3;

/** Pulls the device's cable and puts it back, and waits until the relay's view of its tunnel follows. */
export async function measureLink({ database }: BenchBroker): Promise<Figure[]> {
  await database.query('listen device');
  const noticed: number[] = [];
  const healed: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await untilTunnel(database, 'up');
    const cut = performance.now();
    await cutDevice(benchAgent);
    await untilTunnel(database, 'down');
    noticed.push((performance.now() - cut) / 1000);
    const heal = performance.now();
    await healDevice(benchAgent);
    await untilTunnel(database, 'up');
    healed.push((performance.now() - heal) / 1000);
  }
  const figure = (name: string, seconds: number[], most: number): Figure => ({
    name: `${name}, slowest of ${ROUNDS}`,
    value: Math.max(...seconds),
    unit: 's',
    comparedWith: seconds.map((value) => value.toFixed(1)).join(', '),
    target: { most },
  });
  return [figure('cut link noticed', noticed, 45), figure('tunnel back after the link', healed, 10)];
}

/** Looks at the tunnel again each time the database tells of its device. */
async function untilTunnel(database: Client, wanted: 'up' | 'down') {
  for (;;) {
    const told = new Promise((resolve) => database.once('notification', resolve));
    const { rows } = await database.query('select tunnel_up_since is not null as up from devices');
    if (rows.every(({ up }) => up === (wanted === 'up'))) return;
    await told;
  }
}
