import { brokerAccount, CURRENCY, providerAccount, walletOf } from '../ledger/accounts.ts';
import { type Line, move, type Posting } from '../ledger/postings.ts';

type Money = { currency: string; amount: bigint };

/** Money that nobody could be matched to, and what an admin decided about it. */
export type Resolving = { id: string; provider: string; money: Money; reason: string; adminId: string; at: Date };

/** Unmatched money that turned out to be somebody's, worth `credited` micro-dollars to them. */
export function unappliedCredited(resolving: Resolving & { userId: string; credited: bigint }): Posting {
  const { money, userId, credited } = resolving;
  return resolution(resolving, 'credited', [
    ...outOfUnapplied(resolving),
    ...(money.currency === CURRENCY ? [] : exchanged(money, credited)),
    { account: walletOf(userId), amount: -credited },
  ]);
}

/** Unmatched money that was sent back at the provider, under the provider's `reference`. */
export function unappliedReturned(resolving: Resolving & { reference: string }): Posting {
  const { provider, money, reference } = resolving;
  const account = providerAccount('psp', provider, money.currency);
  const lines = [...outOfUnapplied(resolving), { account, amount: -money.amount }];
  return resolution(resolving, 'returned', lines, { reference });
}

function outOfUnapplied({ provider, money }: Resolving): Line[] {
  return [{ account: providerAccount('unapplied', provider, money.currency), amount: money.amount }];
}

function exchanged({ currency, amount }: Money, credited: bigint): Line[] {
  return [
    { account: brokerAccount('exchange', currency), amount: -amount },
    { account: brokerAccount('exchange'), amount: credited },
  ];
}

function resolution(
  { id, provider, reason, adminId, at }: Resolving,
  how: 'credited' | 'returned',
  lines: Line[],
  more: Record<string, string> = {},
): Posting {
  const about = { provider, reason, adminId, ...more };
  return { kind: `unapplied:${how}`, key: `unapplied:${id}:resolved`, at, about, lines };
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
