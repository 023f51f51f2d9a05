import { allowAll } from '#lib/rate-limits/commands';
import { networkOf } from '#lib/rate-limits/networks';

const MINUTE = 60;
const HOUR = 3600;

/** How often each thing may be tried for one account, and from one network. */
const limits = {
  signIn: { account: 10, network: 60, windowSeconds: MINUTE },
  signUp: { account: 5, network: 60, windowSeconds: HOUR },
  verify: { account: 5, network: 60, windowSeconds: HOUR },
  reset: { account: 5, network: 60, windowSeconds: HOUR },
};

/** Whether this may still be tried; known and unknown accounts are counted alike. */
export function mayTry(what: keyof typeof limits, tried: { account: string; address: string; at: Date }) {
  const { account, network, windowSeconds } = limits[what];
  const { at } = tried;
  return allowAll([
    { key: `${what}:account:${tried.account}`, limit: account, windowSeconds, at },
    { key: `${what}:network:${networkOf(tried.address)}`, limit: network, windowSeconds, at },
  ]);
}
