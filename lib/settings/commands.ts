import { db, type Tx } from '#db/client';
import { settings } from '#db/schema/admin';
import { record } from '#lib/audit/commands';
import { formatMoney } from '#lib/money';
import { done, type Outcome, refused } from '#lib/outcome';
import { feeSetting, isFee } from './fee.ts';
import { arePayoutTerms, type PayoutTerms, payoutSettings } from './payouts.ts';
import { getFeeBasisPoints, getPayoutTerms } from './queries.ts';

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
    await keep(tx, feeSetting, basisPoints);
    const about = { actorId: adminId, objectKind: 'setting', objectId: feeSetting, address, at };
    await record(tx, { ...about, action: 'feeChanged', detail });
    return done(undefined);
  });
}

/** Changes from which amount on earnings are paid out, and from which on an admin looks first. */
export async function changePayoutTerms(request: {
  terms: PayoutTerms;
  adminId: string;
  address: string | null;
  at: Date;
}): Promise<Outcome<void, 'outOfRange'>> {
  const { terms, adminId, address, at } = request;
  if (!arePayoutTerms(terms)) return refused('outOfRange');
  return db.transaction(async (tx) => {
    const [before, after] = [await getPayoutTerms(tx), terms].map(
      ({ least, reviewFrom }) => `at least ${formatMoney(least)}, reviewed from ${formatMoney(reviewFrom)}`,
    );
    await keep(tx, payoutSettings.least.key, terms.least);
    await keep(tx, payoutSettings.reviewFrom.key, terms.reviewFrom);
    const about = { actorId: adminId, objectKind: 'setting', objectId: 'payouts', address, at };
    await record(tx, { ...about, action: 'payoutTermsChanged', detail: `${before} → ${after}` });
    return done(undefined);
  });
}

async function keep(tx: Tx, key: string, setting: number | bigint) {
  const value = String(setting);
  await tx.insert(settings).values({ key, value }).onConflictDoUpdate({ target: settings.key, set: { value } });
}
