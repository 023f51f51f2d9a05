import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Where the programs of one checkout keep their data and sockets. */
export type Places = { data: string; run: string };

/**
 * The folders of the checkout at `root`, for its `instance` (tests run beside a broker in use). Root's programs run
 * parts as other users, who cannot read below a 0700 home, so theirs lie under /var/lib and /run, apart for every checkout.
 */
export function placesOf(root: string, instance = 'main', uid = process.getuid?.() ?? 0): Places {
  const checkout = `${createHash('sha256').update(root).digest('hex').slice(0, 8)}-${instance}`;
  if (uid !== 0) return { data: join(root, '.data', instance), run: join(root, '.data', instance, 'run') };
  return { data: `/var/lib/rpibroker/${checkout}`, run: `/run/rpibroker/${checkout}` };
}
