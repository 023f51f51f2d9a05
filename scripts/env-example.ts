import { settingsExample } from '../lib/config/parse.ts';
import { placesOf } from '../lib/config/places.ts';
import { webSettings } from '../lib/config/web.ts';
import { daemonSettings } from '../tunnel-daemon/config.ts';

const database = `## Both programs

# The PostgreSQL 18 that both use, e.g. postgresql://rpibroker:…@db.example/rpibroker
DATABASE_URL=
`;

/** All settings of a broker in production, with what each is for, as `.env.example` holds them. */
export function envExample(): string {
  const parts = [
    database,
    settingsExample('Web', webSettings),
    settingsExample('Tunnel daemon, on each relay', daemonSettings),
  ];
  // Defaults differ from checkout to checkout; the example shows what they look like.
  const { data, run } = placesOf(process.cwd());
  return parts.join('\n').replaceAll(run, '/run/rpibroker/CHECKOUT').replaceAll(data, '/var/lib/rpibroker/CHECKOUT');
}

if (import.meta.main) process.stdout.write(envExample());
