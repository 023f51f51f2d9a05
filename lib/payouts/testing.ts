import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { expect } from 'vitest';
import { db } from '#db/client';
import { users } from '#db/schema/accounts';
import { ledgerAccounts } from '#db/schema/ledger';
import { mails } from '#db/schema/mail';
import { payoutDestinations, payouts } from '#db/schema/payouts';
import { start } from '../agents/testing.ts';
import { brokerAccount, personAccount } from '../ledger/accounts.ts';
import { checkInvariants } from '../ledger/invariants.ts';
import { post } from '../ledger/post.ts';
import { mailContext } from '../mail/commands.ts';
import { makeUser } from '../metering/testing.ts';
import { DOLLAR } from '../money.ts';
import { PaymentError, type PaymentProvider, type PayoutStatus } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { createSealer } from '../secrets.ts';
import { requestPayout } from './commands.ts';
import { chooseDestination } from './destinations.ts';
import { openPayoutStates } from './lifecycle.ts';
import { readAvailable } from './queries.ts';

const sealer = createSealer(['a secret of at least 32 characters']);
const HOUR_MS = 3_600_000;

/** So many hours after the start of these tests. */
export function hoursAfter(hours: number): Date {
  return new Date(start.getTime() + Math.round(hours * HOUR_MS));
}

/** How the next call to a house goes wrong. */
export type Trouble = 'notDone' | 'lostBefore' | 'lostAfter';

/**
 * A house that pays: it remembers what it was asked under which key, and each key moves money once. `payments` is what
 * it really paid; `trouble` befalls the next call. One that does not look payouts up knows them by its own reference only.
 */
export function openHouse({ id = 'house', onboarding = false, looksUp = true } = {}) {
  const known = new Map<string, { status: PayoutStatus; amount: bigint; destination: string }>();
  const house = {
    known,
    trouble: [] as Trouble[],
    calls: 0,
    ready: false,
    answers: 'submitted' as PayoutStatus['state'],
  };
  const fail = (failure: 'notDone' | 'unknown') => {
    throw new PaymentError(id, 'is in trouble', failure);
  };
  const provider: PaymentProvider = {
    id,
    name: 'The House',
    capabilities: { topUp: false, autoTopUp: false, refund: 'none', payout: 'direct', onboarding, anyAmount: false },
    currency: 'USD',
    keyHours: 24,
    least: { topUp: DOLLAR, payout: DOLLAR },
    estimateFee: () => 250_000n,
    beginTopUp: () => fail('notDone'),
    getTopUp: () => fail('notDone'),
    readDestination: (typed) => /^\S+@\S+$/.exec(typed.trim())?.[0] ?? null,
    async beginPayee({ payee, party }) {
      return { payee: payee ?? `payee-of-${party.id}`, url: 'https://house.example/who' };
    },
    getPayee: async () => (house.ready ? { ready: true, missing: [] } : { ready: false, missing: ['a passport'] }),
    async beginPayout({ key, amount, destination }) {
      house.calls++;
      const trouble = house.trouble.shift();
      if (trouble === 'notDone') fail('notDone');
      if (trouble === 'lostBefore') fail('unknown');
      const first = { status: statusOf(key, house.answers), amount, destination };
      const kept = known.get(key) ?? first;
      expect(kept).toMatchObject({ amount, destination });
      known.set(key, kept);
      if (trouble === 'lostAfter') fail('unknown');
      return kept.status;
    },
    async findPayout({ key, reference }) {
      if (!looksUp && !reference) fail('unknown');
      return known.get(key)?.status ?? null;
    },
    listBalances: async () => [],
    async *listTransactions() {},
  };
  return Object.assign(house, {
    provider,
    /** The house makes up its mind. */
    decide(payoutId: string, state: PayoutStatus['state']) {
      const key = `payout:${payoutId}`;
      const payment = known.get(key);
      if (payment) payment.status = statusOf(key, state);
    },
  });
}

function statusOf(key: string, state: PayoutStatus['state']): PayoutStatus {
  const about = { reference: `ref-${key}`, fee: { currency: 'USD', amount: 250_000n } };
  if (state === 'returned' || state === 'failed') return { ...about, state, reason: 'the account is closed' };
  return { ...about, state };
}

/** A treasury with these providers. */
export function treasuryOf(providers: PaymentProvider[], more: Partial<Treasury> = {}): Treasury {
  const none = async () => {
    throw new PaymentError('prices', 'nobody was asked', 'notDone');
  };
  const houses = new Map(providers.map((provider) => [provider.id, provider]));
  return { providers: houses, chains: new Map(), priceOf: none, sealer, publicUrl: 'https://broker.example', ...more };
}

/** Somebody who has earned `available` and may be paid it. */
export async function makeOwner(available: bigint): Promise<string> {
  const ownerId = await makeUser();
  await earn(ownerId, available);
  return ownerId;
}

/** More that may be paid to an owner, or that is still pending. */
export async function earn(ownerId: string, amount: bigint, as: 'earnAvailable' | 'earnPending' = 'earnAvailable') {
  const lines = [
    { account: brokerAccount('goodwill'), amount },
    { account: personAccount(as, ownerId), amount: -amount },
  ];
  const key = `test:${randomUUID()}`;
  await db.transaction((tx) => post(tx, { kind: 'payout:released', key, at: start, about: {}, lines }));
}

/** An owner whose destination has been usable for long. */
export async function makePayee(treasury: Treasury, available: bigint, to?: { provider: string; typed: string }) {
  const ownerId = await makeOwner(available);
  const choice = { provider: 'house', typed: `${ownerId}@house.example`, ...to };
  expect(
    await chooseDestination(treasury, { ownerId, sessionId: randomUUID(), ...choice, at: hoursAfter(-100) }),
  ).toMatchObject({ ok: true });
  return ownerId;
}

/** A payout of an owner that waits for the age of its destination. */
export async function makeHeldPayout(ownerId: string): Promise<string> {
  const treasury = treasuryOf([openHouse().provider]);
  await earn(ownerId, 30n * DOLLAR);
  const choice = { provider: 'house', typed: 'somebody@house.example' };
  await chooseDestination(treasury, { ownerId, sessionId: randomUUID(), ...choice, at: new Date() });
  const asked = await requestPayout(treasury, { ownerId, at: new Date() });
  return asked.ok ? asked.value.payoutId : '';
}

/** A payout's row. */
export async function payoutOf(payoutId: string) {
  const [payout] = await db.select().from(payouts).where(eq(payouts.id, payoutId));
  if (!payout) throw new RangeError(`no payout ${payoutId}`);
  return payout;
}

/** All payouts of an owner, the oldest first. */
export function payoutsOf(ownerId: string) {
  return db.select().from(payouts).where(eq(payouts.ownerId, ownerId)).orderBy(payouts.id);
}

/** The destination that an owner has now. */
export async function destinationOf(ownerId: string) {
  const rows = await db.select().from(payoutDestinations).where(eq(payoutDestinations.userId, ownerId));
  return rows.find(({ removedAt }) => removedAt === null) ?? null;
}

/** What an owner may be paid. */
export const availableOf = (ownerId: string) => readAvailable(db, ownerId);

/** The subjects of the mails to one of our people, in the order in which they were written. */
export async function subjectsTo(userId: string): Promise<string[]> {
  const rows = await db
    .select({ subject: mails.subject })
    .from(mails)
    .innerJoin(users, and(eq(users.email, mails.recipient), eq(users.id, userId)))
    .orderBy(mails.createdAt, mails.id);
  return rows.map(({ subject }) => subject);
}

/** The texts of those mails. */
export async function lettersTo(userId: string): Promise<string[]> {
  const rows = await db
    .select({ id: mails.id, body: mails.body })
    .from(mails)
    .innerJoin(users, and(eq(users.email, mails.recipient), eq(users.id, userId)))
    .orderBy(mails.createdAt, mails.id);
  return rows.map(({ id, body }) => sealer.open(body, mailContext(id)));
}

/** Nothing is wrong with the books, and what is in transit is what open payouts have set aside. */
export async function expectBooks() {
  expect((await checkInvariants()).filter(({ ok }) => !ok)).toEqual([]);
  const transit = new Map<string, bigint>();
  for (const { provider, amount, state } of await db.select().from(payouts)) {
    const isOpen = (openPayoutStates as readonly string[]).includes(state);
    transit.set(provider, (transit.get(provider) ?? 0n) + (isOpen ? amount : 0n));
  }
  for (const [provider, sum] of transit) {
    const account = eq(ledgerAccounts.kind, `payoutTransit:${provider}`);
    const [{ balance } = { balance: 0n }] = await db.select().from(ledgerAccounts).where(account);
    expect(-balance, provider).toBe(sum);
  }
}
