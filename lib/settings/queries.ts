import { eq, inArray } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { settings } from '#db/schema/admin';
import { defaultFeeBasisPoints, feeSetting } from './fee.ts';
import { type PayoutTerms, payoutSettings } from './payouts.ts';

/** The broker's share of what new rentals cost, in hundredths of a percent. */
export async function getFeeBasisPoints(tx: Database = db): Promise<number> {
  const [row] = await tx.select().from(settings).where(eq(settings.key, feeSetting));
  return row ? Number(row.value) : defaultFeeBasisPoints;
}

/** From which amount on earnings are paid out, and from which on an admin looks first. */
export async function getPayoutTerms(tx: Database = db): Promise<PayoutTerms> {
  const { least, reviewFrom } = payoutSettings;
  const rows = await tx
    .select()
    .from(settings)
    .where(inArray(settings.key, [least.key, reviewFrom.key]));
  const read = ({ key, initial }: { key: string; initial: bigint }) =>
    BigInt(rows.find((row) => row.key === key)?.value ?? initial);
  return { least: read(least), reviewFrom: read(reviewFrom) };
}
