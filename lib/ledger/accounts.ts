/** The currency of every wallet and every price; one micro-dollar is its unit. */
export const CURRENCY = 'USD';

type Rule = { normal: 1 | -1; of: 'broker' | 'provider' | 'person'; floor: bigint | null };

/**
 * The chart of accounts. `normal` is the sign of a healthy balance, which the books keep debit positive:
 * +1 for what the broker has or has lost, -1 for what it owes or has earned. Those of providers carry their name.
 */
export const chart = {
  psp: { normal: 1, of: 'provider', floor: null }, // what stands at a provider, in its currency; `manual`: by hand
  bank: { normal: 1, of: 'broker', floor: null }, // the operator's own, outside of all providers
  exchange: { normal: 1, of: 'broker', floor: null }, // one a currency: the two sides of money that changed currency
  receivable: { normal: 1, of: 'person', floor: 0n }, // spent, and then taken back by a bank or a chain
  wallet: { normal: -1, of: 'person', floor: 0n },
  earnPending: { normal: -1, of: 'person', floor: null },
  earnAvailable: { normal: -1, of: 'person', floor: 0n },
  refundTransit: { normal: -1, of: 'provider', floor: 0n },
  payoutTransit: { normal: -1, of: 'provider', floor: 0n },
  unapplied: { normal: -1, of: 'provider', floor: null }, // came in, and we cannot tell for whom
  platformFee: { normal: -1, of: 'broker', floor: null },
  pspFee: { normal: 1, of: 'provider', floor: null },
  uncollected: { normal: 1, of: 'broker', floor: null }, // delivered and owed to owners, but no wallet paid for it
  chargeback: { normal: 1, of: 'broker', floor: null },
  goodwill: { normal: 1, of: 'broker', floor: null },
} as const satisfies Record<string, Rule>;

type Kind = keyof typeof chart;
type KindOf<Of extends Rule['of']> = { [K in Kind]: (typeof chart)[K]['of'] extends Of ? K : never }[Kind];

/** What an account is for; a provider's carries its id, as `psp:btc`. */
export type AccountKind = KindOf<'broker' | 'person'> | `${KindOf<'provider'>}:${string}`;

/** Names one account: the broker's by its kind, a person's by kind and person, each in one currency. */
export type AccountName = { kind: AccountKind; partyId: string | null; currency: string };

/** The rule of the chart for an account. */
export function ruleOf(kind: AccountKind): Rule {
  return chart[kind.split(':')[0] as Kind];
}

/** The account that holds what `userId` has paid in and not yet used. */
export function walletOf(userId: string): AccountName {
  return personAccount('wallet', userId);
}

/** The account that holds what `userId` has earned with devices and cannot be paid yet. */
export function earningsOf(userId: string): AccountName {
  return personAccount('earnPending', userId);
}

/** One of a person's accounts. */
export function personAccount(kind: KindOf<'person'>, userId: string): AccountName {
  return { kind, partyId: userId, currency: CURRENCY };
}

/** One of the broker's own accounts. */
export function brokerAccount(kind: KindOf<'broker'>, currency = CURRENCY): AccountName {
  return { kind, partyId: null, currency };
}

/** One of the broker's accounts that is about a provider. */
export function providerAccount(kind: KindOf<'provider'>, provider: string, currency = CURRENCY): AccountName {
  return { kind: `${kind}:${provider}`, partyId: null, currency };
}
