import { providerAccount, walletOf } from '../ledger/accounts.ts';
import { exchangedOut, move, type Posting, type Sending, sending, takenFrom } from '../ledger/postings.ts';

/** Money that leaves a wallet on its way back to where it came from. */
export function refundReserved(refund: Sending): Posting {
  const lines = move(refund.amount, walletOf(refund.userId), providerAccount('refundTransit', refund.provider));
  return sending('refund:reserve', refund, lines);
}

/** A refund that was carried out; `units` is what left the account where that is in another currency. */
export function refundSent(refund: Sending & { units: { currency: string; amount: bigint } | null }): Posting {
  const { provider, amount, units } = refund;
  const out = units
    ? exchangedOut(provider, amount, units)
    : [{ account: providerAccount('psp', provider), amount: -amount }];
  return sending('refund:sent', refund, [{ account: providerAccount('refundTransit', provider), amount }, ...out]);
}

/** A refund that failed: the wallet has its money again. */
export function refundFailed(refund: Sending & { wasSent: boolean }): Posting {
  const from = refund.wasSent ? 'psp' : 'refundTransit';
  return sending(
    'refund:failed',
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
  return sending('refund:found', refund, lines);
}
