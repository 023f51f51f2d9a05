import {
  type AccountName,
  brokerAccount,
  CURRENCY,
  earningsOf,
  personAccount,
  providerAccount,
  walletOf,
} from './accounts.ts';

/** One side of a posting: debits are positive, credits negative. Lines of zero are left out when it is recorded. */
export type Line = { account: AccountName; amount: bigint };

/** Lines that sum to zero in each currency, and the key that makes recording them twice harmless. */
export type Posting = { kind: string; key: string; at: Date; about: Record<string, string>; lines: Line[] };

/** Money that an admin received by hand and credits to a wallet. */
export type ManualCredit = { userId: string; amount: bigint; reason: string; adminId: string; key: string; at: Date };

/** What a credit by hand moves: the broker has more, and owes as much to the wallet. */
export function manualCredit({ userId, amount, reason, adminId, key, at }: ManualCredit): Posting {
  const lines = move(amount, providerAccount('psp', 'manual'), walletOf(userId));
  return { kind: 'manualCredit', key: `manual:${key}`, at, about: { reason, adminId }, lines };
}

/** Money of a top-up that arrived at a provider, worth `credited` micro-dollars to its payer. */
export type Arrival = {
  paymentId: string;
  topUpId: string;
  userId: string;
  provider: string;
  received: { currency: string; amount: bigint };
  credited: bigint;
  /** How often this payment was credited before it was reversed, counted from 1. */
  round: number;
  at: Date;
};

/** What a payment that arrived moves: the provider holds it, the wallet has its worth. */
export function topUpCredited(arrival: Arrival): Posting {
  const { paymentId, topUpId, userId, provider, credited, round, at } = arrival;
  const lines = [...atProvider(arrival), { account: walletOf(userId), amount: -credited }];
  return { kind: 'topUp', key: `topUp:${paymentId}:credit:${round}`, at, about: { provider, topUpId }, lines };
}

/** What is undone when a chain drops a payment: the wallet gives what it has, the rest is owed. */
export function topUpReversed(arrival: Arrival & { fromWallet: bigint }): Posting {
  const { paymentId, topUpId, userId, provider, credited, round, at, fromWallet } = arrival;
  const lines = [...atProvider(arrival).map(negated), ...takenFrom(userId, credited, fromWallet)];
  return { kind: 'topUpReversed', key: `topUp:${paymentId}:reverse:${round}`, at, about: { provider, topUpId }, lines };
}

/** What a provider kept of a payment, once it is known. */
export function providerFee(fee: {
  paymentId: string;
  provider: string;
  amount: bigint;
  currency: string;
  at: Date;
}): Posting {
  const { paymentId, provider, amount, currency, at } = fee;
  const lines = move(amount, providerAccount('pspFee', provider, currency), providerAccount('psp', provider, currency));
  return { kind: 'providerFee', key: `topUp:${paymentId}:fee`, at, about: { provider }, lines };
}

/** What a person owed for money that was taken back, and their wallet now pays. */
export function debtSettled({ userId, amount, key, at }: { userId: string; amount: bigint; key: string; at: Date }) {
  const lines = move(amount, walletOf(userId), personAccount('receivable', userId));
  return { kind: 'debtSettled', key: `${key}:debt`, at, about: {}, lines } satisfies Posting;
}

/** A refund or a payout, with whose money it is and through whom it goes. */
export type Sending = { id: string; userId: string; provider: string; amount: bigint; at: Date };

/** Money that leaves a wallet on its way back to where it came from. */
export function refundReserved(refund: Sending): Posting {
  const lines = move(refund.amount, walletOf(refund.userId), providerAccount('refundTransit', refund.provider));
  return sending('refund', 'reserve', refund, lines);
}

/** A refund that was carried out; `units` is what left the account where that is in another currency. */
export function refundSent(refund: Sending & { units: { currency: string; amount: bigint } | null }): Posting {
  const { provider, amount, units } = refund;
  const out = units
    ? exchangedOut(provider, amount, units)
    : [{ account: providerAccount('psp', provider), amount: -amount }];
  return sending('refund', 'sent', refund, [{ account: providerAccount('refundTransit', provider), amount }, ...out]);
}

/** A refund that failed: the wallet has its money again. */
export function refundFailed(refund: Sending & { wasSent: boolean }): Posting {
  const from = refund.wasSent ? 'psp' : 'refundTransit';
  return sending(
    'refund',
    'failed',
    refund,
    move(refund.amount, providerAccount(from, refund.provider), walletOf(refund.userId)),
  );
}

/** A refund that somebody made at the provider: the wallet gives what it has, the rest is owed. */
export function refundFound(refund: Sending & { fromWallet: bigint }): Posting {
  const { userId, provider, amount, fromWallet } = refund;
  const lines = [
    ...takenFrom(userId, amount, fromWallet),
    { account: providerAccount('psp', provider), amount: -amount },
  ];
  return sending('refund', 'found', refund, lines);
}

/** A payment that a bank took back with its own fee: the wallet gives what it has, the rest is owed. */
export function disputeOpened(dispute: Sending & { fromWallet: bigint; fee: bigint }): Posting {
  const { userId, provider, amount, fromWallet, fee } = dispute;
  const lines = [
    ...takenFrom(userId, amount, fromWallet),
    { account: brokerAccount('chargeback'), amount: fee },
    { account: providerAccount('psp', provider), amount: -amount - fee },
  ];
  return sending('dispute', 'open', dispute, lines);
}

/** A dispute that was won: what is still owed is settled first, the wallet has the rest. */
export function disputeWon(dispute: Sending & { toReceivable: bigint }): Posting {
  const { userId, provider, amount, toReceivable } = dispute;
  const lines = [
    { account: providerAccount('psp', provider), amount },
    { account: personAccount('receivable', userId), amount: -toReceivable },
    { account: walletOf(userId), amount: toReceivable - amount },
  ];
  return sending('dispute', 'won', dispute, lines);
}

/** A lost dispute that an appeal has won: the wallet has again what was taken from it, the broker what it bore. */
export function disputeWonLate(dispute: Sending & { toWallet: bigint }): Posting {
  const { userId, provider, amount, toWallet } = dispute;
  const lines = [
    { account: providerAccount('psp', provider), amount },
    { account: walletOf(userId), amount: -toWallet },
    { account: brokerAccount('chargeback'), amount: toWallet - amount },
  ];
  return sending('dispute', 'wonLate', dispute, lines);
}

/** A dispute that was lost: owners give back what they earned of it and were not paid, the broker bears the rest. */
export function disputeLost(
  dispute: Sending & { written: bigint; clawedBack: { ownerId: string; amount: bigint }[] },
): Posting {
  const { userId, written, clawedBack } = dispute;
  const fromOwners = clawedBack.reduce((sum, { amount }) => sum + amount, 0n);
  const lines = [
    ...clawedBack.map(({ ownerId, amount }) => ({ account: earningsOf(ownerId), amount })),
    { account: brokerAccount('chargeback'), amount: written - fromOwners },
    { account: personAccount('receivable', userId), amount: -written },
  ];
  return sending('dispute', 'lost', dispute, lines);
}

/** Earnings that may be paid out from now on. */
export function earningsMatured({
  ownerId,
  amount,
  key,
  at,
}: {
  ownerId: string;
  amount: bigint;
  key: string;
  at: Date;
}): Posting {
  const lines = move(amount, earningsOf(ownerId), personAccount('earnAvailable', ownerId));
  return { kind: 'earningsMatured', key: `earnings:${key}`, at, about: {}, lines };
}

/** Earnings that are set aside for a payout. */
export function payoutReserved(payout: Sending): Posting {
  const { userId, provider, amount } = payout;
  const lines = move(amount, personAccount('earnAvailable', userId), providerAccount('payoutTransit', provider));
  return sending('payout', 'reserve', payout, lines);
}

/** A payout that has reached its owner; `units` is what left the account where that is in another currency. */
export function payoutPaid(
  payout: Sending & { fee: bigint; units: { currency: string; amount: bigint } | null },
): Posting {
  const { provider, amount, fee, units } = payout;
  const out = units
    ? exchangedOut(provider, amount, units)
    : [{ account: providerAccount('psp', provider), amount: -amount }];
  const lines = [
    { account: providerAccount('payoutTransit', provider), amount },
    ...out,
    ...(units ? [] : move(fee, providerAccount('pspFee', provider), providerAccount('psp', provider))),
  ];
  return sending('payout', 'paid', payout, lines);
}

/** What a network took for a transaction of ours, in its currency. */
export function networkFee(fee: {
  transactionId: string;
  provider: string;
  amount: bigint;
  currency: string;
  at: Date;
}): Posting {
  const { transactionId, provider, amount, currency, at } = fee;
  const lines = move(amount, providerAccount('pspFee', provider, currency), providerAccount('psp', provider, currency));
  const about = { provider, transactionId };
  return { kind: 'networkFee', key: `network:${provider}:${transactionId}:fee`, at, about, lines };
}

/** A payout that did not reach its owner, or came back: the owner has it again. */
export function payoutReturned(payout: Sending & { wasPaid: boolean }): Posting {
  const { userId, provider, amount, wasPaid } = payout;
  const from = wasPaid ? 'psp' : 'payoutTransit';
  const lines = move(amount, providerAccount(from, provider), personAccount('earnAvailable', userId));
  return sending('payout', wasPaid ? 'cameBack' : 'released', payout, lines);
}

/** What the broker, or the owner at fault, gives a renter for charges of a rental that did not work. */
export function faultCredited(credit: {
  userId: string;
  ownerId: string;
  fromOwner: bigint;
  fromBroker: bigint;
  chargeIds: string;
  reason: string;
  adminId: string;
  key: string;
  at: Date;
}): Posting {
  const { userId, ownerId, fromOwner, fromBroker, chargeIds, reason, adminId, key, at } = credit;
  const lines = [
    { account: earningsOf(ownerId), amount: fromOwner },
    { account: brokerAccount('goodwill'), amount: fromBroker },
    { account: walletOf(userId), amount: -fromOwner - fromBroker },
  ];
  return { kind: 'faultCredit', key: `fault:${key}`, at, about: { reason, adminId, chargeIds }, lines };
}

/** Money that came in and fits nothing: the provider holds it, for nobody yet. */
export function unappliedReceived(found: {
  id: string;
  provider: string;
  money: { currency: string; amount: bigint };
  at: Date;
}): Posting {
  const { id, provider, money, at } = found;
  const { currency, amount } = money;
  const lines = move(
    amount,
    providerAccount('psp', provider, currency),
    providerAccount('unapplied', provider, currency),
  );
  return { kind: 'unapplied', key: `unapplied:${id}`, at, about: { provider }, lines };
}

function sending(kind: string, step: string, { id, provider, at }: Sending, lines: Line[]): Posting {
  return { kind: `${kind}:${step}`, key: `${kind}:${id}:${step}`, at, about: { provider, [`${kind}Id`]: id }, lines };
}

function move(amount: bigint, debit: AccountName, credit: AccountName): Line[] {
  return [
    { account: debit, amount },
    { account: credit, amount: -amount },
  ];
}

function atProvider({ provider, received, credited }: Arrival): Line[] {
  const account = providerAccount('psp', provider, received.currency);
  if (received.currency === CURRENCY) return [{ account, amount: credited }];
  return [
    ...move(received.amount, account, brokerAccount('exchange', received.currency)),
    { account: brokerAccount('exchange'), amount: credited },
  ];
}

function exchangedOut(
  provider: string,
  amount: bigint,
  { currency, amount: units }: { currency: string; amount: bigint },
): Line[] {
  return [
    { account: brokerAccount('exchange'), amount: -amount },
    ...move(units, brokerAccount('exchange', currency), providerAccount('psp', provider, currency)),
  ];
}

function takenFrom(userId: string, amount: bigint, fromWallet: bigint): Line[] {
  return [
    { account: walletOf(userId), amount: fromWallet },
    { account: personAccount('receivable', userId), amount: amount - fromWallet },
  ];
}

const negated = ({ account, amount }: Line): Line => ({ account, amount: -amount });
