import { eq } from 'drizzle-orm';
import { db } from '../../db/client.ts';
import { topUps } from '../../db/schema/payments.ts';
import { webConfig } from '../../lib/config/web.ts';
import { DOLLAR } from '../../lib/money.ts';
import type { Dispute, TopUpStatus } from '../../lib/payments/provider.ts';
import { createSealer } from '../../lib/secrets.ts';
import { beginTopUp, cancelTopUp } from '../../lib/top-ups/commands.ts';
import { syncTopUp } from '../../lib/top-ups/sync.ts';
import { money, scriptedProvider } from '../../lib/top-ups/testing.ts';
import { minutesAgo } from './cast.ts';

const amount = 20n * DOLLAR;
const at = minutesAgo(60);
// The provider of the scene is configured nowhere, so that nothing of it moves by itself.
const { provider, treasury: scripted, tell } = scriptedProvider();
const treasury = { ...scripted, sealer: createSealer(webConfig().BROKER_SECRETS) };

const paid = { id: 'PAY-5TY05013RG002845M', received: money(amount), fee: money(880_000n), at };
const arrived: Partial<TopUpStatus> = { progress: { state: 'succeeded' }, payments: [paid] };
const sentBack = (part: bigint): Partial<TopUpStatus> => ({
  refunds: [{ id: 'RE-1', key: null, paymentId: paid.id, amount: money(part), at, state: 'succeeded' }],
});
const contested = (state: Dispute['state']): Partial<TopUpStatus> => ({
  disputes: [{ id: 'DP-1', paymentId: paid.id, amount: money(amount), fee: money(15n * DOLLAR), state, at }],
});
const confirm = { kind: 'redirect', url: 'https://bank.example/confirm' } as const;

/** What the provider says of a top-up, one thing after the other, until it is in that state. */
const stories: Record<string, Partial<TopUpStatus>[]> = {
  pending: [],
  processing: [{ progress: { state: 'processing' } }],
  requiresAction: [{ progress: { state: 'requiresAction', action: confirm } }],
  failed: [{ progress: { state: 'failed', reason: 'The card has too little money.' } }],
  expired: [{ progress: { state: 'expired' } }],
  succeeded: [arrived],
  partiallyRefunded: [arrived, sentBack(7n * DOLLAR)],
  refunded: [arrived, sentBack(amount)],
  disputed: [arrived, contested('open')],
  disputeWon: [arrived, contested('open'), contested('won')],
  disputeLost: [arrived, contested('open'), contested('lost')],
  reorged: [arrived, { progress: { state: 'pending' }, payments: [] }],
};

/** Gives a person top-ups in every state; answers their ids by state. */
export async function layTopUps(userId: string): Promise<Record<string, string>> {
  const laid: Record<string, string> = {};
  for (const [state, story] of Object.entries(stories)) laid[state] = await layTopUp(userId, story);
  laid.cancelled = await layTopUp(userId, []);
  await cancelTopUp({ topUpId: laid.cancelled, userId, at });
  laid.created = await layTopUp(userId, []);
  await db.update(topUps).set({ state: 'created', action: null, checkAt: null }).where(eq(topUps.id, laid.created));
  return laid;
}

async function layTopUp(userId: string, story: Partial<TopUpStatus>[]): Promise<string> {
  const begun = await beginTopUp(treasury, { userId, provider: provider.id, amount, saveMethod: false, at });
  if (!begun.ok) throw new RangeError(`a top-up of the scene was refused: ${begun.reason}`);
  const topUpId = begun.value.id;
  for (const news of story) {
    tell(topUpId, news);
    await syncTopUp(treasury, { topUpId, at });
  }
  return topUpId;
}
