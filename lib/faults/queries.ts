import { asc, desc, eq, inArray, sql } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { faultCreditCharges, faultCredits } from '#db/schema/desk';
import { rentalMeters, usageCharges } from '#db/schema/ledger';
import { isId } from '../ids.ts';

/** What was given back of charges before. */
export async function readCredited(tx: Database, chargeIds: bigint[]): Promise<Map<bigint, bigint>> {
  const { chargeId, amount } = faultCreditCharges;
  const rows = await tx
    .select({ chargeId, credited: sql<bigint>`sum(${amount})::bigint`.mapWith(BigInt) })
    .from(faultCreditCharges)
    .where(inArray(chargeId, chargeIds))
    .groupBy(chargeId);
  return new Map(rows.map(({ chargeId, credited }) => [chargeId, credited]));
}

/** How many charges of a rental an admin may choose from: the newest. */
const CHOICE = 200;

/** The newest charges of a rental, with what was given back of each. */
export async function listFaultyCharges(rentalId: string) {
  if (!isId(rentalId)) return [];
  const before = sql`over (partition by ${usageCharges.meterId} order by ${usageCharges.uptoMs})`;
  const charges = await db
    .select({
      id: usageCharges.id,
      from: sql<Date>`coalesce(lag(${usageCharges.uptoAt}) ${before}, ${rentalMeters.startedAt})`.mapWith(
        usageCharges.uptoAt,
      ),
      to: usageCharges.uptoAt,
      gross: usageCharges.gross,
      fee: usageCharges.fee,
      uncollected: usageCharges.uncollected,
    })
    .from(usageCharges)
    .innerJoin(rentalMeters, eq(rentalMeters.id, usageCharges.meterId))
    .where(eq(usageCharges.rentalId, rentalId))
    .orderBy(desc(usageCharges.id))
    .limit(CHOICE);
  if (charges.length === 0) return [];
  const credited = await readCredited(
    db,
    charges.map(({ id }) => id),
  );
  return charges.map((charge) => ({ ...charge, credited: credited.get(charge.id) ?? 0n }));
}

/** What a renter was given back in a rental because of faults, and how much of it its owner gave; oldest first. */
export async function listFaultCredits(rentalId: string) {
  const { id, amount, fromOwner, reason, at } = faultCredits;
  return db
    .select({ id, amount, fromOwner, reason, at })
    .from(faultCredits)
    .where(eq(faultCredits.rentalId, rentalId))
    .orderBy(asc(id));
}
