import { brokerAccount, earningsOf, walletOf } from '../ledger/accounts.ts';
import type { Posting } from '../ledger/postings.ts';

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
