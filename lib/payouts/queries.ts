import { and, eq } from 'drizzle-orm';
import type { Database } from '#db/client';
import { users } from '#db/schema/accounts';
import { ledgerAccounts } from '#db/schema/ledger';
import { payoutDestinations, payoutPlans } from '#db/schema/payouts';
import { invariant } from '../errors.ts';
import { personAccount } from '../ledger/accounts.ts';
import type { PayoutTerms } from '../settings/payouts.ts';
import type { Payout } from './moves.ts';
import type { HoldFacts } from './terms.ts';

/** What an owner may be paid, in micro-dollars. */
export async function readAvailable(tx: Database, ownerId: string): Promise<bigint> {
  const { kind, currency } = personAccount('earnAvailable', ownerId);
  const [account] = await tx
    .select({ balance: ledgerAccounts.balance })
    .from(ledgerAccounts)
    .where(
      and(eq(ledgerAccounts.partyId, ownerId), eq(ledgerAccounts.kind, kind), eq(ledgerAccounts.currency, currency)),
    );
  return -(account?.balance ?? 0n);
}

/** What decides whether a payout may leave. */
export async function readHoldFacts(
  tx: Database,
  { amount, approvedBy, destinationId }: Pick<Payout, 'amount' | 'approvedBy' | 'destinationId'>,
  { reviewFrom }: PayoutTerms,
): Promise<HoldFacts> {
  const { ready, usableAt } = payoutDestinations;
  const [facts] = await tx
    .select({ ready, usableAt, frozenAt: payoutPlans.frozenAt, suspendedAt: users.suspendedAt })
    .from(payoutDestinations)
    .innerJoin(users, eq(users.id, payoutDestinations.userId))
    .leftJoin(payoutPlans, eq(payoutPlans.userId, users.id))
    .where(eq(payoutDestinations.id, destinationId));
  invariant(facts, 'destinations are never deleted');
  const { frozenAt, suspendedAt, ...destination } = facts;
  const frozen = frozenAt !== null || suspendedAt !== null;
  return { amount, reviewFrom, approved: approvedBy !== null, frozen, ...destination };
}
