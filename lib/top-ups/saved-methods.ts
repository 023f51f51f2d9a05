import { type AnyColumn, eq, sql } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { topUps } from '#db/schema/payments';
import { savedMethods } from '#db/schema/wallets';
import type { SavedMethod } from '../payments/provider.ts';
import type { Doing } from './books.ts';

/** Keeps a way to pay that the person allowed us to use again. */
export async function keepSavedMethod(tx: Tx, { provider, topUp }: Doing, method: SavedMethod | null): Promise<void> {
  if (!method || !topUp.saveMethod) return;
  const { reference, label } = method;
  // An old top-up that is looked at again brings nothing back; one begun since it was forgotten does.
  const stays = sql`${savedMethods.forgottenAt} >= ${topUp.createdAt.toISOString()}::timestamptz`;
  const unlessNew = (column: AnyColumn) => sql`case when ${stays} then ${column} end`;
  const forgotten = {
    forgottenAt: unlessNew(savedMethods.forgottenAt),
    detachedAt: unlessNew(savedMethods.detachedAt),
  };
  const [kept] = await tx
    .insert(savedMethods)
    .values({ userId: topUp.userId, provider: provider.id, reference, label })
    .onConflictDoUpdate({ target: [savedMethods.provider, savedMethods.reference], set: { label, ...forgotten } })
    .returning({ id: savedMethods.id });
  await tx
    .update(topUps)
    .set({ savedMethodId: kept?.id ?? null })
    .where(eq(topUps.id, topUp.id));
}
