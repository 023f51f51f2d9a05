import { personAccount, providerAccount } from '../ledger/accounts.ts';
import { exchangedOut, move, type Posting, type Sending, sending } from '../ledger/postings.ts';

/** Earnings that are set aside for a payout. */
export function payoutReserved(payout: Sending): Posting {
  const { userId, provider, amount } = payout;
  const lines = move(amount, personAccount('earnAvailable', userId), providerAccount('payoutTransit', provider));
  return sending('payout:reserve', payout, lines);
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
  return sending('payout:paid', payout, lines);
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
  return sending(wasPaid ? 'payout:cameBack' : 'payout:released', payout, lines);
}
