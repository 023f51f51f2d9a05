import { earningsOf, personAccount } from '../ledger/accounts.ts';
import { move, type Posting } from '../ledger/postings.ts';

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
