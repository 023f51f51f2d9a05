import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageManifest } from '../lib/config/images.ts';
import { buildWeb } from '../scripts/local/build.ts';
import { keepRunning, runScript, type Settings } from '../scripts/local/programs.ts';
import { withDatabase } from './database.ts';
import { freePort } from './free-port.ts';

/** One production web process on a database of its own, in which `devices` devices are on the market. */
export type BenchWeb = { settings: Settings; url: string; pid: number };

/** Runs `work` beside such a process, which has `more` settings, and ends it. */
export async function withWeb<Value>(
  devices: number,
  work: (web: BenchWeb) => Promise<Value>,
  more: Settings = {},
): Promise<Value> {
  await buildWeb();
  return withDatabase(async ({ url: DATABASE_URL, folder }) => {
    const port = String(await freePort());
    const url = `http://localhost:${port}`;
    const images = join(folder, 'images');
    const places = { DATABASE_URL, PORT: port, PUBLIC_URL: url, IMAGES_FOLDER: images };
    const settings = { ...places, BROKER_SECRETS: secret, ...more };
    await writeManifest(images);
    await runScript(settings, 'bench/seed.ts', String(devices));

    await using _web = await keepRunning(
      { name: 'web', file: 'scripts/web.ts', settings, endWith: 'SIGTERM' },
      { logs: join(folder, 'logs'), run: join(folder, 'run') },
    );
    await untilUp(url);
    return await work({ settings, url, pid: Number(await readFile(join(folder, 'run', 'web.pid'), 'utf8')) });
  });
}

/** What seals the secrets of brokers that live for minutes and know nothing worth sealing. */
const secret = 'of-a-benchmark-that-keeps-no-secrets';

/** Orders name an image; nobody downloads it here. */
async function writeManifest(folder: string) {
  const file = { reference: 'environment', file: 'none.tar', sha256: '0'.repeat(64), bytes: 1 };
  const manifest: ImageManifest = { agent: {}, environment: { amd64: file, arm64: file } };
  await mkdir(folder);
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

async function untilUp(url: string) {
  while (!(await fetch(`${url}/contract`).catch(() => null))?.ok) await sleep(100);
}
