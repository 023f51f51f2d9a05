import { and, eq, isNotNull, sql } from 'drizzle-orm';
import { db } from '#db/client';
import { deposits } from '#db/schema/chains';
import { topUps } from '#db/schema/payments';
import { networkOf, payoutBatches } from '#db/schema/payouts';
import type { Funds } from './chain.ts';

/** Every address on which a chain may still be paid: of every top-up that there ever was. */
export async function listAddresses(chainId: string): Promise<{ address: string; index: number }[]> {
  const rows = await db
    .select({ address: topUps.reference, index: topUps.addressIndex })
    .from(topUps)
    .where(and(eq(topUps.provider, chainId), isNotNull(topUps.reference)));
  return rows.flatMap(({ address, index }) => (address !== null && index !== null ? [{ address, index }] : []));
}

/** What our account on a chain was made of so far. */
export async function readFunds(chainId: string): Promise<Funds> {
  const paid = await db
    .select({ id: deposits.reference, address: deposits.address, amount: deposits.amount })
    .from(deposits)
    .where(and(eq(deposits.chain, chainId), isNotNull(deposits.height)))
    .orderBy(deposits.id);
  // The currencies of one network are paid from one account.
  const batches = await db
    .select({ transactions: payoutBatches.transactions })
    .from(payoutBatches)
    .where(
      and(eq(networkOf(payoutBatches.provider), networkOf(sql`${chainId}::text`)), isNotNull(payoutBatches.signedAt)),
    )
    .orderBy(payoutBatches.signedAt);
  return {
    addresses: await listAddresses(chainId),
    payments: paid,
    sent: batches.flatMap(({ transactions }) => transactions?.map(({ raw }) => raw) ?? []),
  };
}
