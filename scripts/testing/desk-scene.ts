import { randomUUID } from 'node:crypto';
import { like } from 'drizzle-orm';
import { db } from '../../db/client.ts';
import { users } from '../../db/schema/accounts.ts';
import { providerChecks } from '../../db/schema/desk.ts';
import { reconciliations } from '../../db/schema/papers.ts';
import { unapplied, webhookEvents } from '../../db/schema/payments.ts';
import { creditFault } from '../../lib/faults/commands.ts';
import { listFaultyCharges } from '../../lib/faults/queries.ts';
import { post } from '../../lib/ledger/post.ts';
import { DOLLAR } from '../../lib/money.ts';
import { creditUnapplied } from '../../lib/unapplied/commands.ts';
import { unappliedReceived } from '../../lib/unapplied/postings.ts';
import { ahead, minutesAgo } from './cast.ts';

/** Providers that are configured nowhere, so that nothing of theirs moves by itself. */
const [bank, chain] = ['scene-bank', 'scene:8453:usdc'];

/** Something for every page of the money desk; answers a webhook that was given up. */
export async function layDesk({ rentalId, renterId }: { rentalId: string; renterId: string }): Promise<string> {
  const [admin] = await db.select({ id: users.id, email: users.email }).from(users).where(like(users.email, 'admin@%'));
  const by = { adminId: admin?.id ?? renterId, address: '127.0.0.1', at: minutesAgo(3) };
  await layChecks();
  await layUnapplied({ ...by, email: admin?.email ?? '' });
  const [charge] = await listFaultyCharges(rentalId);
  const part = { rentalId, chargeIds: charge ? [charge.id] : [], amount: 1000n, atOwnersCost: true };
  await creditFault({ ...part, ...by, reason: 'The disk was full from the start', key: randomUUID() });
  return layWebhooks();
}

async function layChecks() {
  const well = { provider: bank, askedAt: minutesAgo(2), milliseconds: 212, balances: { USD: '129410000' } };
  const away = { provider: chain, askedAt: minutesAgo(2), milliseconds: 5000, balances: null };
  const problem = `${chain}: cannot be reached (ECONNREFUSED)`;
  await db
    .insert(providerChecks)
    .values([well, { ...away, problem }])
    .onConflictDoNothing();
  const told = { ledger: { USD: '134410000' }, reported: { USD: '129410000' }, problem: null };
  const differences = [
    { kind: 'balance', reference: 'balance', currency: 'USD', here: '134410000', there: '129410000' },
    { kind: 'movement', reference: 'po_1QxYz8LkdIwHu7ix0a1b2c3d', currency: 'USD', here: null, there: '-5000000' },
  ] as const;
  await db.insert(reconciliations).values([
    { provider: bank, at: minutesAgo(1500), ...told, differences: [] },
    { provider: bank, at: minutesAgo(60), ...told, differences: [...differences] },
    { provider: chain, at: minutesAgo(60), ledger: {}, reported: {}, differences: [], problem },
  ]);
}

async function layUnapplied(by: { adminId: string; address: string; at: Date; email: string }) {
  const found = { provider: bank, at: minutesAgo(500) };
  const sums = [
    { ...found, reference: `pay-${randomUUID()}`, currency: 'USD', amount: 7n * DOLLAR, reason: 'otherAmount' },
    { ...found, provider: chain, reference: `0x${randomUUID()}`, currency: 'USDC', amount: 9n, reason: 'tooSmall' },
    { ...found, reference: `pay-${randomUUID()}`, currency: 'USD', amount: 3n * DOLLAR, reason: 'otherAmount' },
  ];
  const ids: string[] = [];
  for (const row of sums) ids.push(await set(row));
  await db.insert(unapplied).values({ ...found, reference: `ref-${randomUUID()}`, reason: 'unknownTopUp' });
  await creditUnapplied({ unappliedId: ids.at(-1) ?? '', worth: null, reason: 'Their letter of Monday', ...by });
}

async function set(row: typeof unapplied.$inferInsert & { currency: string; amount: bigint }): Promise<string> {
  const [kept] = await db.insert(unapplied).values(row).returning({ id: unapplied.id });
  const { provider, currency, amount, at } = row;
  const received = { id: kept?.id ?? '', provider, money: { currency, amount }, at };
  await db.transaction((tx) => post(tx, unappliedReceived(received)));
  return kept?.id ?? '';
}

async function layWebhooks(): Promise<string> {
  const event = () => ({ provider: bank, eventId: randomUUID(), references: [`cs_${randomUUID()}`], payoutKeys: [] });
  const problem = `${bank}: cannot be reached (ECONNREFUSED)`;
  const [given] = await db
    .insert(webhookEvents)
    .values({ ...event(), type: 'checkout.session.completed', attempts: 12, problem, deadAt: minutesAgo(30) })
    .returning({ id: webhookEvents.id });
  await db.insert(webhookEvents).values([
    { ...event(), type: 'charge.refunded', attempts: 1, processedAt: minutesAgo(100) },
    // It waits for as long as the scene plays.
    { ...event(), type: 'payment.capture.completed', attempts: 3, problem, nextAttemptAt: ahead },
  ]);
  return String(given?.id);
}
