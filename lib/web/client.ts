import { plainAddress } from '#lib/rate-limits/networks';

/** The header in which the web program notes who is calling; what comes from outside under this name is dropped. */
export const CLIENT_ADDRESS = 'x-client-address';

/** The address of whoever made a request, as the web program saw it. */
export function clientAddress(headers: Headers): string {
  return headers.get(CLIENT_ADDRESS) ?? 'unknown';
}

/**
 * Who is really calling: the socket's peer, or, behind so many proxies of our own, the entry of X-Forwarded-For that the
 * outermost of them wrote. What stands further left was written by the caller and is not believed.
 */
export function trueAddress(call: { peer: string; forwardedFor: string; trustedProxies: number }): string {
  const hops = call.forwardedFor.split(',');
  const claimed = call.trustedProxies > 0 ? hops.at(-call.trustedProxies) : undefined;
  return plainAddress(claimed ?? '') ?? plainAddress(call.peer) ?? 'unknown';
}

/** Whether somebody calls from this very machine. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
