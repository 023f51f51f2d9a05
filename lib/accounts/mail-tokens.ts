import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Tx } from '#db/client';
import { mailTokens } from '#db/schema/accounts';
import { hashToken, newToken } from '#lib/secrets';

type Purpose = (typeof mailTokens.$inferSelect)['purpose'];

const hours: Record<Purpose, number> = { verifyEmail: 24, resetPassword: 1 };

/** Makes the token for a link in a mail; only its hash is kept. */
export async function issueMailToken(tx: Tx, issued: { userId: string; purpose: Purpose; at: Date }): Promise<string> {
  const { userId, purpose, at } = issued;
  const token = newToken('mail');
  const expiresAt = new Date(at.getTime() + hours[purpose] * 3_600_000);
  await tx.insert(mailTokens).values({ userId, purpose, tokenHash: hashToken(token), createdAt: at, expiresAt });
  return token;
}

/** Whose token this is, kept from being used twice at once; null when it is unknown, spent, expired or for another purpose. */
export async function lockMailToken(tx: Tx, given: { token: string; purpose: Purpose; at: Date }) {
  const isGood = and(
    eq(mailTokens.tokenHash, hashToken(given.token)),
    eq(mailTokens.purpose, given.purpose),
    isNull(mailTokens.usedAt),
    gt(mailTokens.expiresAt, given.at),
  );
  const [found] = await tx.select({ userId: mailTokens.userId }).from(mailTokens).where(isGood).for('update');
  return found?.userId ?? null;
}

/** Spends every token of this purpose that a user still has. */
export async function voidMailTokens(tx: Tx, { userId, purpose, at }: { userId: string; purpose: Purpose; at: Date }) {
  const open = and(eq(mailTokens.userId, userId), eq(mailTokens.purpose, purpose), isNull(mailTokens.usedAt));
  await tx.update(mailTokens).set({ usedAt: at }).where(open);
}
