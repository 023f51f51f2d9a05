import { db } from '../../db/client.ts';
import { payoutDestinations, payouts } from '../../db/schema/payouts.ts';
import { webConfig } from '../../lib/config/web.ts';
import { brokerAccount, personAccount } from '../../lib/ledger/accounts.ts';
import { post } from '../../lib/ledger/post.ts';
import { DOLLAR } from '../../lib/money.ts';
import type { PayoutEvent } from '../../lib/payouts/lifecycle.ts';
import { lockPayout, movePayout, type PayoutNews } from '../../lib/payouts/moves.ts';
import { payoutReserved } from '../../lib/payouts/postings.ts';
import { createSealer } from '../../lib/secrets.ts';
import { ahead, minutesAgo } from './cast.ts';

const sealer = createSealer(webConfig().BROKER_SECRETS);
const nobody = { providers: new Map(), chains: new Map(), priceOf: async () => 1n, sealer, publicUrl: 'http://scene' };

/** The provider of the scene is configured nowhere, so that nothing of it moves by itself. */
const provider = 'scene';
const called = { calledAt: minutesAgo(50), reference: 'PAYOUT-7K2D93MX' };

/** How payouts come into every state. */
const stories: { amount: bigint; heldFor?: string; events: [PayoutEvent, PayoutNews?][] }[] = [
  { amount: 23_450_000n, heldFor: 'newDestination', events: [] },
  { amount: 750n * DOLLAR, heldFor: 'review', events: [] },
  { amount: 21n * DOLLAR, events: [['cleared']] },
  { amount: 22n * DOLLAR, events: [['cleared'], ['batched']] },
  { amount: 24n * DOLLAR, events: [['cleared'], ['called', called]] },
  { amount: 25n * DOLLAR, events: [['cleared'], ['called', called], ['unclear', { problem: 'its answer was lost' }]] },
  { amount: 26n * DOLLAR, events: [['cleared'], ['called', called], ['accepted']] },
  { amount: 27n * DOLLAR, events: [['cleared'], ['called', called], ['waiting']] },
  { amount: 28n * DOLLAR, events: [['cleared'], ['called', called], ['settled', { fee: 250_000n }]] },
  {
    amount: 29n * DOLLAR,
    events: [['cleared'], ['called', called], ['cameBack', { problem: 'RECEIVER_UNREGISTERED' }]],
  },
  {
    amount: 30n * DOLLAR,
    events: [['cleared'], ['called', called], ['refused', { problem: 'RECEIVER_ACCOUNT_LOCKED' }]],
  },
  { amount: 31n * DOLLAR, events: [['withdrawn']] },
];

/** Gives an owner earnings, a new destination, and payouts in every state. */
export async function layPayouts(ownerId: string): Promise<void> {
  await earn(ownerId, 2_000_123_456n);
  const destination = 'ida.nakamura-fitzgerald.and.her.very.long.address@payments.example';
  const since = { createdAt: minutesAgo(60), usableAt: ahead };
  const [made] = await db
    .insert(payoutDestinations)
    .values({ userId: ownerId, provider, destination, ...since })
    .returning({ id: payoutDestinations.id });
  for (const { events, ...payout } of stories) {
    await layPayout({ ...payout, ownerId, destinationId: made?.id ?? '' }, events);
  }
}

async function earn(ownerId: string, amount: bigint) {
  const lines = [
    { account: brokerAccount('goodwill'), amount },
    { account: personAccount('earnAvailable', ownerId), amount: -amount },
  ];
  const posting = { key: `scene:${ownerId}`, at: minutesAgo(300), about: {}, lines };
  await db.transaction((tx) => post(tx, { kind: 'earningsMatured', ...posting }));
}

type Laid = { ownerId: string; destinationId: string; amount: bigint; heldFor?: string };

async function layPayout({ heldFor, ...payout }: Laid, events: [PayoutEvent, PayoutNews?][]) {
  const at = minutesAgo(55);
  await db.transaction(async (tx) => {
    const row = {
      ...payout,
      provider,
      heldFor: heldFor ?? null,
      state: 'held' as const,
      stateSince: at,
      createdAt: at,
    };
    const [{ id } = { id: '' }] = await tx.insert(payouts).values(row).returning({ id: payouts.id });
    await post(tx, payoutReserved({ id, userId: payout.ownerId, provider, amount: payout.amount, at }));
    for (const [event, news] of events) {
      const locked = await lockPayout(tx, id);
      if (locked) await movePayout(tx, nobody, { payout: locked, event, ...(news && { news }), at });
    }
  });
}
