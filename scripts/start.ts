import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../db/embedded.ts';
import { placesOf } from '../lib/config/places.ts';
import { farewell } from '../lib/process/shutdown.ts';
import { ensureEngine } from './docker-engine.ts';
import { buildImages } from './images.ts';
import { buildWeb } from './local/build.ts';
import { enrolThisMachine } from './local/enrol.ts';
import { untilHealthy } from './local/health.ts';
import { type LocalOptions, localOptions } from './local/options.ts';
import { keepRunning, runScript } from './local/programs.ts';
import { say, step } from './local/progress.ts';
import { localSettings } from './local/settings.ts';
import { welcome } from './local/welcome.ts';

// A whole broker on this machine (DESIGN.md §8): database, web, relay, and this machine as its first device.
const options = localOptions(process.argv.slice(2));
const askedToStop = farewell();
const parts = new AsyncDisposableStack();

try {
  await Promise.race([boot(options), askedToStop]);
  await askedToStop;
} catch (error) {
  say(`\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await step('Everything stopped', () => parts.disposeAsync());
}
process.exit();

async function boot({ dev, enrol, instance, ports }: LocalOptions) {
  const places = placesOf(process.cwd(), instance);
  const folders = { logs: join(places.data, 'logs'), run: places.run };
  await mkdir(places.data, { recursive: true });

  const postgres = await step('PostgreSQL', () =>
    startEmbeddedPostgres(join(places.data, 'postgres'), join(places.run, 'postgres')),
  );
  parts.defer(postgres.stop);
  const settings = await localSettings(options, places, postgres.url);
  const people = JSON.parse(
    await step('Schema and people', () => runScript(settings, 'scripts/seed.ts', join(places.data, 'people.json'))),
  );

  const engine = await step('Docker engine', ensureEngine);
  parts.defer(engine.stop);
  // One waits for the network, the other for the processor.
  await Promise.all([
    step('Images of the agent and the environment', buildImages),
    dev ? null : step('Web build', buildWeb),
  ]);

  const web = { name: 'web', file: 'scripts/web.ts', endWith: 'SIGTERM' } as const;
  const webSettings = dev ? { ...settings, NODE_ENV: 'development' } : settings;
  const daemon = { name: 'tunnel-daemon', file: 'tunnel-daemon/main.ts', endWith: 'SIGINT' } as const;
  parts.use(await keepRunning({ ...daemon, settings }, folders));
  parts.use(await keepRunning({ ...web, settings: webSettings }, folders));
  await step('Web and relay', () => untilHealthy(ports.web));

  if (enrol) parts.use(await step('This machine as the first device', () => enrolThisMachine(settings, instance)));
  welcome({ settings, people, folders });
}
