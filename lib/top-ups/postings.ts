import { brokerAccount, CURRENCY, earningsOf, personAccount, providerAccount, walletOf } from '../ledger/accounts.ts';
import { type Line, move, type Posting, type Sending, sending, takenFrom } from '../ledger/postings.ts';

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

/** A payment that a bank took back with its own fee: the wallet gives what it has, the rest is owed. */
export function disputeOpened(dispute: Sending & { fromWallet: bigint; fee: bigint }): Posting {
  const { userId, provider, amount, fromWallet, fee } = dispute;
  const lines = [
    ...takenFrom(userId, amount, fromWallet),
    { account: brokerAccount('chargeback'), amount: fee },
    { account: providerAccount('psp', provider), amount: -amount - fee },
  ];
  return sending('dispute:open', dispute, lines);
}

/** A dispute that was won: what is still owed is settled first, the wallet has the rest. */
export function disputeWon(dispute: Sending & { toReceivable: bigint }): Posting {
  const { userId, provider, amount, toReceivable } = dispute;
  const lines = [
    { account: providerAccount('psp', provider), amount },
    { account: personAccount('receivable', userId), amount: -toReceivable },
    { account: walletOf(userId), amount: toReceivable - amount },
  ];
  return sending('dispute:won', dispute, lines);
}

/** What a lost dispute wrote off of what a person owed, and what of it owners gave back. */
export type Loss = { written: bigint; clawedBack: { ownerId: string; amount: bigint }[] };

/** A lost dispute that an appeal has won: everybody has again what it took from them. */
export function disputeWonLate(dispute: Sending & Loss): Posting {
  const { userId, provider, amount, written, clawedBack } = dispute;
  const lines = [
    { account: providerAccount('psp', provider), amount },
    { account: walletOf(userId), amount: written - amount },
    ...clawedBack.map(({ ownerId, amount }) => ({ account: personAccount('earnAvailable', ownerId), amount: -amount })),
    { account: brokerAccount('chargeback'), amount: totalOf(clawedBack) - written },
  ];
  return sending('dispute:wonLate', dispute, lines);
}

/** A dispute that was lost: owners give back what they earned of it and were not paid, the broker bears the rest. */
export function disputeLost(dispute: Sending & Loss): Posting {
  const { userId, written, clawedBack } = dispute;
  const lines = [
    ...clawedBack.map(({ ownerId, amount }) => ({ account: earningsOf(ownerId), amount })),
    { account: brokerAccount('chargeback'), amount: written - totalOf(clawedBack) },
    { account: personAccount('receivable', userId), amount: -written },
  ];
  return sending('dispute:lost', dispute, lines);
}

function atProvider({ provider, received, credited }: Arrival): Line[] {
  const account = providerAccount('psp', provider, received.currency);
  if (received.currency === CURRENCY) return [{ account, amount: credited }];
  return [
    ...move(received.amount, account, brokerAccount('exchange', received.currency)),
    { account: brokerAccount('exchange'), amount: credited },
  ];
}

function totalOf(parts: { amount: bigint }[]): bigint {
  return parts.reduce((sum, { amount }) => sum + amount, 0n);
}

const negated = ({ account, amount }: Line): Line => ({ account, amount: -amount });
