import { eq } from 'drizzle-orm';
import { type Database, db } from '#db/client';
import { settings } from '#db/schema/admin';
import { defaultFeeBasisPoints, feeSetting } from './fee.ts';

/** The broker's share of what new rentals cost, in hundredths of a percent. */
export async function getFeeBasisPoints(tx: Database = db): Promise<number> {
  const [row] = await tx.select().from(settings).where(eq(settings.key, feeSetting));
  return row ? Number(row.value) : defaultFeeBasisPoints;
}
