import { desc, eq, sql } from 'drizzle-orm';
import { db, type Tx } from '#db/client';
import { ledgerTransactions } from '#db/schema/ledger';
import { reconciliations, type StoredDifference } from '#db/schema/papers';
import { record } from '../audit/commands.ts';
import { post } from '../ledger/post.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { type Money, PaymentError, type PaymentProvider, type ProviderTransaction } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { inTurn } from '../process/each.ts';
import { compare } from './differences.ts';
import { type Booking, movedKey, providerMoved } from './postings.ts';
import { findReconciliation, readLedger, readMovements } from './queries.ts';

const HOUR_MS = 3_600_000;

/** How long before the time in question a provider's list begins: we may hear of a movement later than it happened. */
const LOOK_BACK_MS = 14 * 24 * HOUR_MS;

/** Compares the books with every provider that was not asked within a day; one that did not answer, within an hour. */
export async function reconcileDaily(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  await reconcile(treasury, await listDue(treasury, at), at);
}

/** Compares the books with every provider now. */
export async function reconcileNow(treasury: Treasury, { at }: { at: Date }): Promise<void> {
  await reconcile(treasury, [...treasury.providers.values()], at);
}

async function listDue({ providers }: Treasury, at: Date): Promise<PaymentProvider[]> {
  const due: PaymentProvider[] = [];
  for (const provider of providers.values()) {
    const last = await findLast(provider.id);
    const patience = (last?.problem ? 1 : 24) * HOUR_MS;
    if (!last || at.getTime() - last.at.getTime() >= patience) due.push(provider);
  }
  return due;
}

async function findLast(provider: string) {
  const { at } = reconciliations;
  const ofProvider = eq(reconciliations.provider, provider);
  const [last] = await db.select().from(reconciliations).where(ofProvider).orderBy(desc(at)).limit(1);
  return last ?? null;
}

function reconcile(treasury: Treasury, providers: PaymentProvider[], at: Date) {
  return inTurn(
    providers,
    (provider) => reconcileWith(treasury, provider, at),
    ({ id }) => id,
  );
}

type Answer = { reported: Money[]; there: ProviderTransaction[]; problem: string | null };

/** Nothing is mended here: what differs is written down for admins to explain. */
async function reconcileWith({ chains }: Treasury, provider: PaymentProvider, at: Date) {
  const since = await lastAgreedAt(provider.id, at);
  const { reported, there, problem } = await question(provider, new Date(since.getTime() - LOOK_BACK_MS));
  await db.transaction(
    async (tx) => {
      const ledger = await readLedger(tx, provider.id);
      const here = await readMovements(tx, provider, chains.has(provider.id));
      const differences = problem === null ? compare({ ledger, reported, here, there, since, at }) : [];
      const told = { ledger: textsOf(ledger), reported: textsOf(reported), differences, problem };
      await tx.insert(reconciliations).values({ provider: provider.id, at, ...told });
    },
    { isolationLevel: 'repeatable read' },
  );
}

/** What differed then is looked at again, until nothing does. */
async function lastAgreedAt(provider: string, at: Date): Promise<Date> {
  const { rows } = await db.execute<{ since: string | null }>(sql`
    select coalesce(
      (select max(at) from reconciliations where provider = ${provider} and problem is null and differences = '[]'),
      least((select min(created_at) from top_ups where provider = ${provider}),
        (select min(created_at) from payouts where provider = ${provider}))
    ) as since`);
  return rows[0]?.since ? new Date(rows[0].since) : at;
}

async function question(provider: PaymentProvider, since: Date): Promise<Answer> {
  try {
    const there: ProviderTransaction[] = [];
    for await (const moved of provider.listTransactions(since)) there.push(moved);
    return { reported: await provider.listBalances(), there, problem: null };
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error;
    return { reported: [], there: [], problem: error.message };
  }
}

const textsOf = (money: Money[]) => Object.fromEntries(money.map(({ currency, amount }) => [currency, `${amount}`]));

/** An admin's explanation of a difference. */
export type Explanation = {
  reconciliationId: string;
  reference: string;
  currency: string;
  as: Booking;
  adminId: string;
  address: string;
  at: Date;
};

/** Books a movement that only the provider knew of as what an admin says it was, once. */
export async function bookMovement(explained: Explanation): Promise<Outcome<void, 'notFound' | 'booked'>> {
  const { reconciliationId, as, adminId, address, at } = explained;
  return db.transaction(async (tx) => {
    const run = await findReconciliation(tx, reconciliationId);
    const difference = run?.differences.find((one) => isExplained(one, explained));
    if (!run || !difference?.there) return refused('notFound');
    const { reference, currency, here, there } = difference;
    const movement = { provider: run.provider, reference, currency };
    if (await isBooked(tx, movedKey(movement))) return refused('booked');

    const amount = BigInt(there) - BigInt(here ?? 0);
    const { posted } = await post(tx, providerMoved({ ...movement, amount, as, adminId, at }));
    if (!posted) return refused('booked');
    const entry = { actorId: adminId, action: 'movementBooked', objectKind: 'provider', objectId: run.provider };
    await record(tx, { ...entry, detail: `${reference}: ${amount} ${currency}, ${as}`, address, at });
    return done(undefined);
  });
}

function isExplained(difference: StoredDifference, { reference, currency }: Explanation): boolean {
  return difference.kind === 'movement' && difference.reference === reference && difference.currency === currency;
}

async function isBooked(tx: Tx, key: string): Promise<boolean> {
  const { id } = ledgerTransactions;
  const found = await tx.select({ id }).from(ledgerTransactions).where(eq(ledgerTransactions.key, key));
  return found.length > 0;
}
