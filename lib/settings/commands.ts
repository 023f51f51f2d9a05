import { db } from '#db/client';
import { settings } from '#db/schema/admin';
import { record } from '#lib/audit/commands';
import { done, type Outcome, refused } from '#lib/outcome';
import { feeSetting, isFee } from './fee.ts';
import { getFeeBasisPoints } from './queries.ts';

/** Changes the broker's share of what future rentals cost; running ones keep theirs. */
export async function changeFee(request: {
  basisPoints: number;
  adminId: string;
  address: string | null;
  at: Date;
}): Promise<Outcome<void, 'outOfRange'>> {
  const { basisPoints, adminId, address, at } = request;
  if (!isFee(basisPoints)) return refused('outOfRange');
  return db.transaction(async (tx) => {
    const detail = `from ${await getFeeBasisPoints(tx)} to ${basisPoints}`;
    const value = String(basisPoints);
    await tx
      .insert(settings)
      .values({ key: feeSetting, value })
      .onConflictDoUpdate({ target: settings.key, set: { value } });
    await record(tx, {
      actorId: adminId,
      action: 'feeChanged',
      objectKind: 'setting',
      objectId: feeSetting,
      detail,
      address,
      at,
    });
    return done(undefined);
  });
}
