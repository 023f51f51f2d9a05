import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { db } from '#db/client';
import { payoutDestinations } from '#db/schema/payouts';
import { paypalProvider } from '../payments/paypal.ts';
import type { LostAnswer } from '../payments/provider.contract.ts';
import type { PaymentProvider } from '../payments/provider.ts';
import { stripeProvider } from '../payments/stripe.ts';
import { startFakePaypal } from '../payments/testing/fake-paypal.ts';
import { startFakeStripe } from '../payments/testing/fake-stripe.ts';
import { requestPayout } from './commands.ts';
import { checkPayouts, submitPayouts, syncPayout } from './sending.ts';
import { availableOf, expectBooks, makeOwner, payoutOf, treasuryOf } from './testing.ts';

type House = {
  provider: PaymentProvider;
  open: string;
  closed: string;
  failNext(how: LostAnswer): void;
  /** Has a payout come back after it was paid. */
  giveBack(payout: { reference: string | null; id: string }): void;
  close(): Promise<void>;
};

async function openPaypal(): Promise<House> {
  const fake = await startFakePaypal();
  return {
    ...fake,
    provider: paypalProvider({ ...fake, vault: true }),
    open: 'owner@example.org',
    closed: 'closed@example.org',
    giveBack: ({ id }) => fake.endPayout(`payout:${id}`, 'RETURNED'),
  };
}

async function openStripe(): Promise<House> {
  const fake = await startFakeStripe();
  const closed = fake.openAccount('active');
  fake.closeAccount(closed);
  return {
    ...fake,
    provider: stripeProvider(fake),
    open: fake.openAccount('active'),
    closed,
    giveBack: ({ reference }) => fake.reverseTransfer(reference ?? ''),
  };
}

const later = (hours: number) => new Date(Date.now() + hours * 3_600_000);

describe.each([
  ['PayPal', openPaypal],
  ['Stripe', openStripe],
] as const)('%s', (_, open) => {
  const opened: { house: House; treasury: ReturnType<typeof treasuryOf> } = {} as never;
  beforeAll(async () => {
    const house = await open();
    Object.assign(opened, { house, treasury: treasuryOf([house.provider]) });
  });
  afterAll(() => opened.house?.close());
  afterEach(expectBooks);

  /** An owner's payout to this account, asked for now. */
  async function asked(destination: string) {
    const { house, treasury } = opened;
    const ownerId = await makeOwner(30_000_000n);
    const known = { createdAt: later(-100), usableAt: later(-28) };
    await db.insert(payoutDestinations).values({ userId: ownerId, provider: house.provider.id, destination, ...known });
    const payout = await requestPayout(treasury, { ownerId, at: later(0) });
    return { ownerId, payoutId: payout.ok ? payout.value.payoutId : '' };
  }

  /** What happens by itself in the next days. */
  async function settleDown() {
    for (const hours of [0, 0.1, 0.5, 2, 10, 20]) {
      await submitPayouts(opened.treasury, { at: later(hours) });
      await checkPayouts(opened.treasury, { at: later(hours) });
    }
  }

  async function paidOut(): Promise<bigint> {
    const since = new Date(Date.now() - 3_600_000);
    let moved = 0n;
    for await (const { amount } of opened.house.provider.listTransactions(since)) moved += amount.amount;
    return moved;
  }

  test.each([null, 'status500', 'hangUp'] as const)(
    'an owner is paid once when an answer is lost by %s',
    async (how) => {
      const before = await paidOut();
      const { payoutId, ownerId } = await asked(opened.house.open);
      if (how) opened.house.failNext(how);
      await settleDown();
      expect(await payoutOf(payoutId)).toMatchObject({ state: 'paid', problem: null });
      expect(await availableOf(ownerId)).toBe(0n);
      expect(before - (await paidOut())).toBe(30_000_000n);
    },
  );

  test('a payout to a closed account is its owner’s again', async () => {
    const { payoutId, ownerId } = await asked(opened.house.closed);
    await settleDown();
    expect(['failed', 'returned']).toContain((await payoutOf(payoutId)).state);
    expect(await availableOf(ownerId)).toBe(30_000_000n);
  });

  test('a payout that comes back after it was paid is its owner’s again, once', async () => {
    const { payoutId, ownerId } = await asked(opened.house.open);
    await settleDown();
    opened.house.giveBack(await payoutOf(payoutId));
    await Promise.all([1, 2, 3].map(() => syncPayout(opened.treasury, { payoutId, at: later(30) })));
    expect(await payoutOf(payoutId)).toMatchObject({ state: 'returned' });
    expect(await availableOf(ownerId)).toBe(30_000_000n);
  });
});
