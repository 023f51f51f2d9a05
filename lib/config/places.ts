import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Where the programs of one checkout keep their data and sockets. */
export type Places = { data: string; run: string };

/**
 * The folders of the checkout at `root`. Root's programs run parts as other users, who cannot read below
 * a 0700 home, so theirs lie under /var/lib and /run, apart for every checkout.
 */
export function placesOf(root: string, uid = process.getuid?.() ?? 0): Places {
  const checkout = createHash('sha256').update(root).digest('hex').slice(0, 8);
  if (uid !== 0) return { data: join(root, '.data'), run: join(root, '.data', 'run') };
  return { data: `/var/lib/rpibroker/${checkout}`, run: `/run/rpibroker/${checkout}` };
}
