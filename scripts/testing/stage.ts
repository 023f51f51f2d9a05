import { join } from 'node:path';
import { runScript } from '../local/programs.ts';
import { testBroker } from './broker.ts';
import type { Market, Scene } from './scene.ts';
import type { Passing } from './time.ts';

const socket = encodeURIComponent(join(testBroker.places.run, 'postgres'));
const settings = { DATABASE_URL: `postgresql://rpibroker@${socket}/postgres` };

/** Lays the scene into the database of the browser tests, and answers where everything of it is. */
export async function layScene(): Promise<Scene> {
  return JSON.parse(await runScript(settings, 'scripts/testing/scene.ts', 'lay'));
}

/** Lays a market for money: a device, its owner and a renter. */
export async function layMarket(): Promise<Market> {
  return JSON.parse(await runScript(settings, 'scripts/testing/scene.ts', 'market'));
}

/** Lets time pass in the database of the browser tests, or looks at the books; see time.ts. */
export async function pass<Deed extends keyof Passing>(
  deed: Deed,
  ...args: Parameters<Passing[Deed]>
): Promise<Awaited<ReturnType<Passing[Deed]>>> {
  return JSON.parse((await runScript(settings, 'scripts/testing/time.ts', deed, ...args)) || 'null');
}

/** Ends what runs in the scenes that were laid. */
export async function clearScene() {
  await runScript(settings, 'scripts/testing/scene.ts', 'clear');
}
