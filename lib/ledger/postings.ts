import { type AccountName, brokerAccount, personAccount, providerAccount, walletOf } from './accounts.ts';

/** One side of a posting: debits are positive, credits negative. Lines of zero are left out when it is recorded. */
export type Line = { account: AccountName; amount: bigint };

/** What moves a wallet, other than usage. */
export const walletKinds = [
  'manualCredit',
  'unapplied:credited',
  'topUp',
  'topUpReversed',
  'refund:reserve',
  'refund:failed',
  'refund:found',
  'dispute:open',
  'dispute:won',
  'dispute:wonLate',
  'debtSettled',
  'faultCredit',
] as const;
/** One of them. */
export type WalletKind = (typeof walletKinds)[number];

/** What moves an owner's earnings, other than usage. */
export type EarningsKind =
  | 'earningsMatured'
  | `payout:${'reserve' | 'released' | 'cameBack'}`
  | `dispute:${'lost' | 'wonLate'}`
  | 'faultCredit';

type BrokerKind =
  | 'providerFee'
  | 'networkFee'
  | `providerMoved:${'bank' | 'fee'}`
  | 'refund:sent'
  | 'payout:paid'
  | 'unapplied'
  | 'unapplied:returned';

/** What a posting is called; pages and papers have words for each that a person gets to see. */
export type PostingKind = WalletKind | EarningsKind | BrokerKind;

/** Lines that sum to zero in each currency, and the key that makes recording them twice harmless. */
export type Posting = { kind: PostingKind; key: string; at: Date; about: Record<string, string>; lines: Line[] };

/** Money that an admin received by hand and credits to a wallet. */
export type ManualCredit = { userId: string; amount: bigint; reason: string; adminId: string; key: string; at: Date };

/** What a credit by hand moves: the broker has more, and owes as much to the wallet. */
export function manualCredit({ userId, amount, reason, adminId, key, at }: ManualCredit): Posting {
  const lines = move(amount, providerAccount('psp', 'manual'), walletOf(userId));
  return { kind: 'manualCredit', key: `manual:${key}`, at, about: { reason, adminId }, lines };
}

/** A refund or a payout, with whose money it is and through whom it goes. */
export type Sending = { id: string; userId: string; provider: string; amount: bigint; at: Date };

type SendingKind = Extract<PostingKind, `${'refund' | 'dispute' | 'payout'}:${string}`>;

/** A posting about a refund, a dispute or a payout; its key is made of what it is about and the step. */
export function sending(kind: SendingKind, { id, provider, at }: Sending, lines: Line[]): Posting {
  const [noun, step] = kind.split(':');
  return { kind, key: `${noun}:${id}:${step}`, at, about: { provider, [`${noun}Id`]: id }, lines };
}

/** The two lines of an amount that goes from one account to another. */
export function move(amount: bigint, debit: AccountName, credit: AccountName): Line[] {
  return [
    { account: debit, amount },
    { account: credit, amount: -amount },
  ];
}

/** What leaves a provider's account in its own currency, for an amount that the books keep in dollars. */
export function exchangedOut(
  provider: string,
  amount: bigint,
  { currency, amount: units }: { currency: string; amount: bigint },
): Line[] {
  return [
    { account: brokerAccount('exchange'), amount: -amount },
    ...move(units, brokerAccount('exchange', currency), providerAccount('psp', provider, currency)),
  ];
}

/** What a person gives back: what the wallet has, the rest is owed. */
export function takenFrom(userId: string, amount: bigint, fromWallet: bigint): Line[] {
  return [
    { account: walletOf(userId), amount: fromWallet },
    { account: personAccount('receivable', userId), amount: amount - fromWallet },
  ];
}
