import { and, desc, eq, sql } from 'drizzle-orm';
import { type Database, db, type Tx } from '#db/client';
import { closedMonths, papers } from '#db/schema/papers';
import { invariant } from '../errors.ts';
import { type ProviderNames, providerName } from '../payments/provider.ts';
import { inTurn } from '../process/each.ts';
import { readEarningsMonth, readWalletMonth, type Window } from './books.ts';
import { bookedIn, closeMonths, findClosed } from './closing.ts';
import { earningsSheet } from './earnings.ts';
import { getBrokerLetterhead, getLetterhead, partyOf } from './letterheads.ts';
import { lastDayOf, type Month } from './months.ts';
import { type Received, receiptSheet } from './receipt.ts';
import type { PaperKind, Sheet } from './sheet.ts';
import { type Issuing, statementSheet } from './statement.ts';

/**
 * Issues the receipt of a payment in the transaction that credits it; a payment has one receipt for ever. The next
 * number is the caller's until the end of its transaction, so every account it still touches must be locked already.
 */
export async function issueReceipt(
  tx: Tx,
  { userId, paymentId, providers, at, ...payment }: Received & Receipt,
): Promise<void> {
  const sheet = receiptSheet(payment, await issuingTo(tx, userId, providers));
  await issue(tx, { userId, kind: 'receipt', about: paymentId, sheet, at });
}

type Receipt = { userId: string; paymentId: string; providers: ProviderNames; at: Date };

/**
 * Issues the papers of every month that is over: statements to all whose wallet moved, earnings statements to all whose
 * earnings did. Any number of processes may do so at any time; each paper is issued once.
 */
export async function issueMonthlyPapers({ providers, at }: { providers: ProviderNames; at: Date }): Promise<void> {
  await inTurn(await closeMonths(at), (month) => issueMonth(month, { providers, at }));
}

async function issueMonth(month: Month, { providers, at }: { providers: ProviderNames; at: Date }) {
  const [closed, before] = await findClosed(db, month);
  invariant(closed, `${month} is closed`);
  const window = { closed, before };
  const name = ({ userId, kind }: Due) => `${kind} of ${month} to ${userId}`;
  await inTurn(await listDue(month, window), (due) => issueMonthly(due, { month, window, providers, at }), name);
  await db.update(closedMonths).set({ issuedAt: at }).where(eq(closedMonths.month, month));
}

type Due = { userId: string; kind: 'statement' | 'earnings' };
type Monthly = { month: Month; window: Window; providers: ProviderNames; at: Date };

/** Who has moved in a month and has no paper of it yet. */
async function listDue(month: Month, { closed, before }: Window): Promise<Due[]> {
  const { rows } = await db.execute<{ user_id: string; kind: Due['kind'] }>(sql`
    select distinct a.party_id as user_id, case a.kind when 'wallet' then 'statement' else 'earnings' end as kind
    from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = account_id
    where a.kind in ('wallet', 'earnPending', 'earnAvailable') and ${bookedIn(closed, before)}
    except select user_id, kind from papers where about = ${month}
    order by user_id, kind`);
  return rows.map(({ user_id, kind }) => ({ userId: user_id, kind }));
}

async function issueMonthly({ userId, kind }: Due, { month, window, providers, at }: Monthly) {
  await db.transaction(async (tx) => {
    const issuing = await issuingTo(tx, userId, providers);
    const sheet =
      kind === 'statement'
        ? statementSheet(month, await readWalletMonth(tx, userId, window), issuing)
        : earningsSheet(month, await readEarningsMonth(tx, userId, window), issuing);
    await issue(tx, { userId, kind, about: month, sheet, period: [month, lastDayOf(month)], at });
  });
}

async function issuingTo(tx: Database, userId: string, providers: ProviderNames): Promise<Issuing> {
  return {
    from: partyOf(await getBrokerLetterhead(tx)),
    to: partyOf(await getLetterhead(userId, tx)),
    nameOf: (provider) => providerName(providers, provider),
  };
}

type Paper = { userId: string; kind: PaperKind; about: string; sheet: Sheet; period?: [string, string]; at: Date };

/** Gives a paper the next number of its kind and year; a paper that has one keeps it. */
async function issue(tx: Tx, { userId, kind, about, sheet, period, at }: Paper) {
  const year = at.getUTCFullYear();
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`papers:${kind}:${year}`}, 0))`);
  const own = and(eq(papers.userId, userId), eq(papers.kind, kind));
  const [issued] = await tx
    .select({ id: papers.id })
    .from(papers)
    .where(and(own, eq(papers.about, about)));
  if (issued) return;
  if (sheet.chain) await expectChained(tx, { userId, kind, about, opening: sheet.chain.opening });

  const series = and(eq(papers.kind, kind), eq(papers.year, year));
  const [last] = await tx
    .select({ number: papers.number })
    .from(papers)
    .where(series)
    .orderBy(desc(papers.number))
    .limit(1);
  const [periodFrom, periodTo] = period ?? [];
  const paper = { userId, kind, year, number: (last?.number ?? 0) + 1, about, total: BigInt(sheet.total.amount) };
  await tx.insert(papers).values({ ...paper, content: sheet, issuedAt: at, ...(period && { periodFrom, periodTo }) });
}

/** A monthly paper begins where the one before ended. */
async function expectChained(
  tx: Tx,
  { userId, kind, about, opening }: { userId: string; kind: PaperKind; about: string; opening: string },
) {
  const { rows } = await tx.execute<{ closing: string }>(sql`
    select content->'chain'->>'closing' as closing from papers
    where user_id = ${userId} and kind = ${kind} and about < ${about} order by about desc limit 1`);
  const closing = rows[0]?.closing ?? '0';
  invariant(closing === opening, `the ${kind} of ${about} begins at ${opening}, the one before ended at ${closing}`);
}
