import { type AccountName, brokerAccount, walletOf } from './accounts.ts';

/** One side of a posting: debits are positive, credits negative. */
export type Line = { account: AccountName; amount: bigint };

/** Lines that sum to zero, and the key that makes recording them twice harmless. */
export type Posting = { kind: string; key: string; at: Date; about: Record<string, string>; lines: Line[] };

/** Money that an admin received by hand and credits to a wallet. */
export type ManualCredit = { userId: string; amount: bigint; reason: string; adminId: string; key: string; at: Date };

/** What a credit by hand moves: the broker has more, and owes as much to the wallet. */
export function manualCredit({ userId, amount, reason, adminId, key, at }: ManualCredit): Posting {
  return {
    kind: 'manualCredit',
    key: `manual:${key}`,
    at,
    about: { reason, adminId },
    lines: [
      { account: brokerAccount('psp:manual'), amount },
      { account: walletOf(userId), amount: -amount },
    ],
  };
}
