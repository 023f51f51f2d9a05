import { eq } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { users } from '#db/schema/accounts';
import type { PaymentProvider } from '../payments/provider.ts';

const DAY_MS = 24 * 3_600_000;

/** For how many days after spending it money may still be taken back by the payer's bank: none ever is on a chain. */
export async function holdDaysOf(
  tx: Tx,
  { userId, provider, at }: { userId: string; provider: PaymentProvider; at: Date },
): Promise<number> {
  // Where any amount is taken, as on chains, nobody can call it back.
  if (provider.capabilities.anyAmount) return 1;
  const [user] = await tx.select({ since: users.createdAt }).from(users).where(eq(users.id, userId));
  const isOld = user && at.getTime() - user.since.getTime() > 90 * DAY_MS;
  return isOld ? 7 : 14;
}
