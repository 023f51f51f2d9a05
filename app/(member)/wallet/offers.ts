import { DOLLAR } from '#lib/money';
import { treasury } from '#lib/web/treasury';

/** The amounts that one click chooses, in dollars; the second is chosen already. */
export const presets = ['10', '20', '50'] as const;

/** What each provider would keep of an amount, by its id; micro-dollars. */
export type Fees = Record<string, bigint>;

/** A way to pay in, as the form shows it. */
export type Offer = { id: string; name: string; least: bigint; savesMethod: boolean; isChain: boolean };

/** The ways to pay in that this broker has set up. */
export function listOffers(): Offer[] {
  const { chains } = treasury();
  return payable().map(({ id, name, least, capabilities }) => ({
    id,
    name,
    least: least.topUp,
    savesMethod: capabilities.autoTopUp,
    isChain: chains.has(id),
  }));
}

/** What the providers would keep of `amount`. */
export function feesOf(amount: bigint): Fees {
  return Object.fromEntries(payable().map((provider) => [provider.id, provider.estimateFee(amount, 'in')]));
}

/** What they would keep of each preset, by preset. */
export function feesOfPresets(): Record<string, Fees> {
  return Object.fromEntries(presets.map((preset) => [preset, feesOf(BigInt(preset) * DOLLAR)]));
}

const payable = () => [...treasury().providers.values()].filter(({ capabilities }) => capabilities.topUp);
