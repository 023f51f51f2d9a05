import { webConfig } from '#lib/config/web';
import { openTreasury, type Treasury } from '#lib/payments/registry';

const held = globalThis as typeof globalThis & { rpibrokerTreasury?: Treasury };

/** What commands about money need, with the providers that this web process is set up for. */
export function treasury(): Treasury {
  held.rpibrokerTreasury ??= openTreasury(webConfig());
  return held.rpibrokerTreasury;
}
