import type { Letterhead } from '#lib/accounts/commands';
import { webConfig } from '#lib/config/web';
import { createSealer } from '#lib/secrets';

/** What letters of this broker carry: its address, and the keys that seal them while they wait. */
export function letterhead(): Letterhead {
  const { PUBLIC_URL, BROKER_SECRETS } = webConfig();
  return { publicUrl: new URL(PUBLIC_URL).origin, sealer: createSealer(BROKER_SECRETS) };
}
