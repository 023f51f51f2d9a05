import { join } from 'node:path';
import { runScript } from '../local/programs.ts';
import { testBroker } from './broker.ts';
import type { Scene } from './scene.ts';

const socket = encodeURIComponent(join(testBroker.places.run, 'postgres'));
const settings = { DATABASE_URL: `postgresql://rpibroker@${socket}/postgres` };

/** Lays the scene into the database of the browser tests, and answers where everything of it is. */
export async function layScene(): Promise<Scene> {
  return JSON.parse(await runScript(settings, 'scripts/testing/scene.ts', 'lay'));
}

/** Ends what runs in the scenes that were laid. */
export async function clearScene() {
  await runScript(settings, 'scripts/testing/scene.ts', 'clear');
}
