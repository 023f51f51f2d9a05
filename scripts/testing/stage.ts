import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runScript } from '../local/programs.ts';
import { testBroker } from './broker.ts';
import type { Market, Scene } from './scene.ts';
import type { Passing } from './time.ts';

/** Plays a script beside the broker of the browser tests, in its database, and reads what it prints. */
async function play(script: string, ...words: string[]) {
  const { run, data } = testBroker.places;
  const DATABASE_URL = `postgresql://rpibroker@${encodeURIComponent(join(run, 'postgres'))}/postgres`;
  const BROKER_SECRETS = await readFile(join(data, 'secret'), 'utf8');
  return JSON.parse(
    (await runScript({ DATABASE_URL, BROKER_SECRETS }, `scripts/testing/${script}`, ...words)) || 'null',
  );
}

/** Lays the scene into the database of the browser tests, and answers where everything of it is. */
export async function layScene(): Promise<Scene> {
  return play('scene.ts', 'lay');
}

/** Lays a market for money: a device, its owner and a renter. */
export async function layMarket(): Promise<Market> {
  return play('scene.ts', 'market');
}

/** Lets time pass in the database of the browser tests, or looks at the books; see time.ts. */
export async function pass<Deed extends keyof Passing>(
  deed: Deed,
  ...args: Parameters<Passing[Deed]>
): Promise<Awaited<ReturnType<Passing[Deed]>>> {
  return play('time.ts', deed, ...args);
}

/** Ends what runs in the scenes that were laid. */
export async function clearScene() {
  await play('scene.ts', 'clear');
}
