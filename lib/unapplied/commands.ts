import { eq } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import { unapplied } from '#db/schema/payments';
import { record } from '../audit/commands.ts';
import { isId } from '../ids.ts';
import { CURRENCY } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { formatMoney } from '../money.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { largestCredit } from '../payments/manual.ts';
import { creditByHand } from '../top-ups/books.ts';
import { type Resolving, unappliedCredited, unappliedReturned } from './postings.ts';

/** What the longest wait for contested money is: nothing is known of how this money came. */
const HOLD_DAYS = 14;

/** An admin's decision about unmatched money. */
export type Decision = { unappliedId: string; reason: string; adminId: string; address: string; at: Date };

/** Why a decision about unmatched money was refused. */
export type UnappliedRefusal = 'notFound' | 'resolved' | 'noMoney' | 'noSuchUser' | 'worthMissing';

type Unapplied = typeof unapplied.$inferSelect;

/**
 * Credits unmatched money to the wallet of whoever it belongs to, once. Money in another currency is worth `worth`
 * micro-dollars; of ours it is worth itself.
 */
export async function creditUnapplied(
  decision: Decision & { email: string; worth: bigint | null },
): Promise<Outcome<void, UnappliedRefusal>> {
  const { email, worth } = decision;
  return resolve(decision, async (tx, found) => {
    const resolving = resolvingOf(found, decision);
    if (!resolving) return refused('noMoney');
    const credited = found.currency === CURRENCY ? resolving.money.amount : worth;
    if (credited === null || credited <= 0n || credited > largestCredit) return refused('worthMissing');
    const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.email, email));
    if (!user) return refused('noSuchUser');

    const { id: userId } = user;
    const lot = { userId, source: found.provider, amount: credited, holdDays: HOLD_DAYS };
    await creditByHand(tx, unappliedCredited({ ...resolving, userId, credited }), lot);
    return done(`credited ${formatMoney(credited)} to ${email}`);
  });
}

/** Notes that unmatched money was sent back at its provider, once; news without money was dealt with there. */
export async function returnUnapplied(
  decision: Decision & { reference: string },
): Promise<Outcome<void, UnappliedRefusal>> {
  return resolve(decision, async (tx, found) => {
    const resolving = resolvingOf(found, decision);
    if (!resolving) return done('dealt with at the provider');
    await post(tx, unappliedReturned({ ...resolving, reference: decision.reference }));
    return done(`sent back as ${decision.reference}`);
  });
}

function resolvingOf({ id, provider, currency, amount }: Unapplied, { reason, adminId, at }: Decision) {
  if (currency === null || amount === null) return null;
  return { id, provider, money: { currency, amount }, reason, adminId, at } satisfies Resolving;
}

/** The row is locked meanwhile, so that two admins cannot decide differently. */
async function resolve(
  { unappliedId, reason, adminId, address, at }: Decision,
  work: (tx: Tx, found: Unapplied) => Promise<Outcome<string, UnappliedRefusal>>,
): Promise<Outcome<void, UnappliedRefusal>> {
  if (!isId(unappliedId)) return refused('notFound');
  return db.transaction(async (tx) => {
    const [found] = await tx.select().from(unapplied).where(eq(unapplied.id, unappliedId)).for('update');
    if (!found) return refused('notFound');
    if (found.resolvedAt) return refused('resolved');
    const outcome = await work(tx, found);
    if (!outcome.ok) return outcome;

    const resolution = `${outcome.value}: ${reason}`;
    await tx
      .update(unapplied)
      .set({ resolvedAt: at, resolvedBy: adminId, resolution })
      .where(eq(unapplied.id, unappliedId));
    const entry = { actorId: adminId, action: 'unappliedResolved', objectKind: 'unapplied', objectId: unappliedId };
    await record(tx, { ...entry, detail: resolution, address, at });
    return done(undefined);
  });
}
