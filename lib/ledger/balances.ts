import { and, eq, lte, sql } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { ledgerAccounts, rentalMeters } from '#db/schema/ledger';
import { rentals } from '#db/schema/rentals';
import { runwaySecondsOf } from '../metering/meter.ts';
import { CURRENCY, walletOf } from './accounts.ts';

/** What a renter has: all in micro-dollars, credit positive. */
export type Wallet = {
  /** What the ledger shows. */
  balance: bigint;
  /** Used by rentals and counted, but not in the ledger yet. */
  unposted: bigint;
  /** Set aside for running rentals. */
  held: bigint;
  /** What running rentals may still use. */
  spendable: bigint;
  /** What a new rental may promise. */
  free: bigint;
  /** What the running rentals cost an hour, together. */
  burnPerHour: bigint;
  /** How long `spendable` pays for them; null when none runs. */
  runwaySeconds: number | null;
};

/** The wallet of a user as it stands now, with the rentals that run at `at`. */
export async function getWallet(userId: string, at: Date): Promise<Wallet> {
  return readWallet(db, userId, at);
}

/** The same, inside a caller's transaction. */
export async function readWallet(tx: Database, userId: string, at: Date): Promise<Wallet> {
  const { kind } = walletOf(userId);
  const [account] = await tx
    .select({ id: ledgerAccounts.id, balance: ledgerAccounts.balance, held: ledgerAccounts.held })
    .from(ledgerAccounts)
    .where(
      and(eq(ledgerAccounts.partyId, userId), eq(ledgerAccounts.kind, kind), eq(ledgerAccounts.currency, CURRENCY)),
    );
  if (!account) return walletOfFigures({ balance: 0n, held: 0n, unposted: 0n, burnPerHour: 0n });

  const running = sql`${rentals.state} = 'active' and ${lte(rentalMeters.startedAt, at)}`;
  const [use] = await tx
    .select({
      unposted: wholeOf(sql`sum(${grossCounted} - ${rentalMeters.postedGross})`),
      burnPerHour: wholeOf(sql`sum(${rentalMeters.rate}) filter (where ${running})`),
    })
    .from(rentalMeters)
    .innerJoin(rentals, eq(rentals.id, rentalMeters.rentalId))
    .where(and(eq(rentalMeters.renterAccountId, account.id), rentalMeters.open));
  return walletOfFigures({
    balance: -account.balance,
    held: account.held,
    ...(use ?? { unposted: 0n, burnPerHour: 0n }),
  });
}

/** What a meter has counted, in money; the SQL of `grossOf`. */
const grossCounted = sql`div(${rentalMeters.rate}::numeric * ${rentalMeters.billableMs}, 3600000)`;

/** A sum as `bigint`, zero for none. */
const wholeOf = (sum: ReturnType<typeof sql>) => sql<bigint>`coalesce(${sum}, 0)::bigint`.mapWith(BigInt);

function walletOfFigures(figures: Pick<Wallet, 'balance' | 'held' | 'unposted' | 'burnPerHour'>): Wallet {
  const { balance, held, unposted, burnPerHour } = figures;
  const spendable = balance - unposted;
  return {
    ...figures,
    spendable,
    free: spendable - held,
    runwaySeconds: runwaySecondsOf(spendable, burnPerHour),
  };
}
