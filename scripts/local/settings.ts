import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Places } from '../../lib/config/places.ts';
import type { LocalOptions } from './options.ts';
import type { Settings } from './programs.ts';

/** All settings of a broker on this machine; its secret is made once and kept in the data folder. */
export async function localSettings({ ports }: LocalOptions, places: Places, databaseUrl: string): Promise<Settings> {
  return {
    DATABASE_URL: databaseUrl,
    BROKER_SECRETS: await ownSecret(join(places.data, 'secret')),
    PUBLIC_URL: `http://localhost:${ports.web}`,
    PORT: String(ports.web),
    IMAGES_FOLDER: join(process.cwd(), '.data', 'images'),
    DATA_FOLDER: places.data,
    RUN_FOLDER: places.run,
    RELAY_NAME: 'local',
    RELAY_HOST: 'localhost',
    RELAY_DEVICE_HOST: 'broker.internal',
    RENT_DOMAIN: 'rent.localhost',
    TUNNEL_SSH_PORT: String(ports.ssh),
    SSHD_PORT: String(ports.sshd),
    HTTP_PORT: String(ports.http),
    HTTPS_PORT: String(ports.https),
    FIRST_PORT: String(ports.first),
    LAST_PORT: String(ports.last),
    NODE_ENV: 'production',
  };
}

async function ownSecret(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept) return kept;
  const made = randomBytes(32).toString('base64url');
  await writeFile(file, made, { mode: 0o600 });
  return made;
}
