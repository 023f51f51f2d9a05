import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { users } from '#db/schema/accounts';
import { ledgerAccounts, ledgerEntries, ledgerTransactions } from '#db/schema/ledger';
import { earnings, fundingLots } from '#db/schema/payments';
import { payoutDestinations, payoutPlans, payouts } from '#db/schema/payouts';
import { invariant } from '../errors.ts';
import { type AccountKind, personAccount } from '../ledger/accounts.ts';
import type { EarningsKind } from '../ledger/postings.ts';
import type { PayoutTerms } from '../settings/payouts.ts';
import { hasOpenDispute } from '../top-ups/contests.ts';
import { openPayoutStates } from './lifecycle.ts';
import type { Payout } from './moves.ts';
import type { HoldFacts } from './terms.ts';

/** What an owner may be paid, in micro-dollars. */
export function readAvailable(tx: Database, ownerId: string): Promise<bigint> {
  return readCredit(tx, 'earnAvailable', ownerId);
}

async function readCredit(tx: Database, of: 'earnAvailable' | 'earnPending', ownerId: string): Promise<bigint> {
  const { kind, currency } = personAccount(of, ownerId);
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
    .select({ ready, usableAt, userId: users.id, frozenAt: payoutPlans.frozenAt, suspendedAt: users.suspendedAt })
    .from(payoutDestinations)
    .innerJoin(users, eq(users.id, payoutDestinations.userId))
    .leftJoin(payoutPlans, eq(payoutPlans.userId, users.id))
    .where(eq(payoutDestinations.id, destinationId));
  invariant(facts, 'destinations are never deleted');
  const { userId, frozenAt, suspendedAt, ...destination } = facts;
  const frozen = frozenAt !== null || suspendedAt !== null || (await hasOpenDispute(tx, userId));
  return { amount, reviewFrom, approved: approvedBy !== null, frozen, ...destination };
}

/** Earnings that mature together; while a payment they came from is contested, they wait for its end. */
export type Maturing = { maturesAt: Date; amount: bigint; contested: boolean };

/** What an owner has earned: what may be paid, what waits and until when, and what is on its way. */
export type OwnerFunds = {
  available: bigint;
  pending: bigint;
  onItsWay: bigint;
  maturing: Maturing[];
  /** What of `pending` was not attributed to a payment yet; that happens every hour. */
  unattributed: bigint;
};

/** What an owner has earned and not been paid. */
export async function getOwnerFunds(ownerId: string): Promise<OwnerFunds> {
  const [available, pending] = await Promise.all([readAvailable(db, ownerId), readCredit(db, 'earnPending', ownerId)]);
  const amount = sql<bigint>`sum(${earnings.earned} - ${earnings.takenBack})`.mapWith(BigInt);
  const contested = sql<boolean>`coalesce(${fundingLots.frozen}, false)`;
  const maturing = await db
    .select({ maturesAt: earnings.maturesAt, amount, contested })
    .from(earnings)
    .leftJoin(fundingLots, eq(fundingLots.id, earnings.lotId))
    .where(and(eq(earnings.ownerId, ownerId), isNull(earnings.maturedAt), sql`earned > earnings.taken_back`))
    .groupBy(earnings.maturesAt, contested)
    .orderBy(asc(earnings.maturesAt));
  const onItsWay = sumOf(await listOpen(ownerId));
  return { available, pending, onItsWay, maturing, unattributed: pending - sumOf(maturing) };
}

function listOpen(ownerId: string) {
  return db
    .select({ amount: payouts.amount })
    .from(payouts)
    .where(and(eq(payouts.ownerId, ownerId), inArray(payouts.state, [...openPayoutStates])));
}

const sumOf = (parts: { amount: bigint }[]) => parts.reduce((sum, { amount }) => sum + amount, 0n);

/** Where an owner wants to be paid. */
export type Destination = typeof payoutDestinations.$inferSelect;

/** Where an owner wants to be paid; null when they have not said. */
export async function findDestination(ownerId: string): Promise<Destination | null> {
  const { userId, removedAt } = payoutDestinations;
  const [destination] = await db
    .select()
    .from(payoutDestinations)
    .where(and(eq(userId, ownerId), isNull(removedAt)));
  return destination ?? null;
}

/** When an owner is paid, and whether payouts are stopped. */
export async function getPlan(ownerId: string): Promise<{ weekly: boolean; frozen: boolean }> {
  const [plan] = await db.select().from(payoutPlans).where(eq(payoutPlans.userId, ownerId));
  return { weekly: plan?.weekly ?? false, frozen: plan?.frozenAt != null };
}

/** A payout with where it goes. */
export type PayoutLine = Payout & { destination: string; usableAt: Date };

/** An owner's newest payouts. */
export async function listPayouts(ownerId: string, limit = 50): Promise<PayoutLine[]> {
  const rows = await db
    .select({ payout: payouts, destination: payoutDestinations.destination, usableAt: payoutDestinations.usableAt })
    .from(payouts)
    .innerJoin(payoutDestinations, eq(payoutDestinations.id, payouts.destinationId))
    .where(eq(payouts.ownerId, ownerId))
    .orderBy(desc(payouts.id))
    .limit(limit);
  return rows.map(({ payout, ...where }) => ({ ...payout, ...where }));
}

const PAGE = 50;

/** One line of the books on an owner's earnings; `amount` is positive for what came in. */
export type EarningsLine = {
  id: bigint;
  at: Date;
  kind: EarningsKind | 'usage';
  account: AccountKind;
  amount: bigint;
  payoutId: string | null;
};

/** Every line of the books that concerns what an owner earns, newest first. Pages begin at 1. */
export async function listEarningsLines(ownerId: string, { page }: { page: number }) {
  const { kind, at, about } = { ...ledgerTransactions, at: ledgerTransactions.occurredAt };
  const rows = await db
    .select({
      id: ledgerEntries.id,
      at,
      kind: sql<EarningsLine['kind']>`${kind}`,
      account: sql<AccountKind>`${ledgerAccounts.kind}`,
      amount: sql<bigint>`-${ledgerEntries.amount}`.mapWith(BigInt),
      payoutId: sql<string | null>`${about}->>'payoutId'`,
    })
    .from(ledgerEntries)
    .innerJoin(ledgerAccounts, eq(ledgerAccounts.id, ledgerEntries.accountId))
    .innerJoin(ledgerTransactions, eq(ledgerTransactions.id, ledgerEntries.transactionId))
    .where(and(eq(ledgerAccounts.partyId, ownerId), inArray(ledgerAccounts.kind, ['earnPending', 'earnAvailable'])))
    .orderBy(desc(ledgerEntries.id))
    .limit(PAGE + 1)
    .offset((page - 1) * PAGE);
  return { lines: rows.slice(0, PAGE) satisfies EarningsLine[], hasMore: rows.length > PAGE };
}
