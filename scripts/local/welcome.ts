import { join } from 'node:path';
import type { Settings } from './programs.ts';
import { say } from './progress.ts';

type Person = { role: string; email: string; password: string };

/** Tells how to sign in, and where everything is. */
export function welcome(broker: { settings: Settings; people: Person[]; folders: { logs: string } }) {
  const { PUBLIC_URL = '', DATA_FOLDER = '', HTTP_PORT, HTTPS_PORT } = broker.settings;
  say(`\n  The broker runs at ${PUBLIC_URL}\n`);
  for (const { role, email, password } of broker.people) say(`    ${role.padEnd(7)} ${email.padEnd(18)} ${password}`);
  say(`
  Mail it would send   ${PUBLIC_URL}/mailbox
  Rented web pages     http://NAME.rent.localhost:${HTTP_PORT} and https://NAME.rent.localhost:${HTTPS_PORT}
  Its certificates' CA ${join(DATA_FOLDER, 'tls', 'authority.pem')}
  Logs                 ${broker.folders.logs}

  Ctrl-C stops everything; the next start keeps all data.
`);
}
