import { afterAll, describe, expect, test } from 'vitest';
import type { Capabilities, PaymentProvider } from './provider.ts';
import { lostTopUps, savedMethods, topUps } from './testing/contract-in.ts';
import { books, disputes, payouts, refunds } from './testing/contract-out.ts';
import { webhooks } from './testing/contract-webhooks.ts';
import { type Till, tillOf } from './testing/till.ts';

/**
 * A provider with the other side of it in the test's hands: a strict fake of a company over HTTP, a real chain, or a
 * company's sandbox. Everything else of the suite goes through `provider`.
 */
export type ProviderBench = {
  provider: PaymentProvider;
  /** Keys and tokens that no error may hold. */
  secrets: string[];
  /** What the person does on the provider's side: approves and pays (until it is settled), declines, or goes away. */
  pay(reference: string, how?: 'pays' | 'declines' | 'leaves'): Promise<void>;
  /** Webhooks that the provider has sent since the last call, as they came; null where there are none. */
  takeWebhooks: (() => Promise<Webhook[]>) | null;
  /** The next call that changes something is carried out and then answered so; null where that cannot be arranged. */
  failNext: ((how: LostAnswer) => void) | null;
  /** The bank refuses the next charge of a saved method; null where that cannot be arranged. */
  refuseNext: (() => void) | null;
  /** A destination that is valid, and one that is closed; null where nothing is paid out directly. */
  destinations: { open: string; closed: string } | null;
  /** The payer contests a payment, and the contest ends. */
  dispute: ((paymentId: string, end: 'open' | 'won' | 'lost') => Promise<void>) | null;
  /** Set where balances and transactions are reported hours later, as by sandboxes. */
  reportsLate?: true;
  close(): Promise<void>;
};

/** A webhook as it came over the wire. */
export type Webhook = { body: Uint8Array; headers: Headers };

/** How an answer gets lost although the work was done. */
export type LostAnswer = 'status500' | 'hangUp';

/**
 * The suite that every provider passes; a test file awaits it. A part that the provider or the bench has nothing for
 * is left out, and one line of the output says so.
 */
export async function providerContract(name: string, open: () => Promise<ProviderBench>) {
  const bench = await open();
  const till = tillOf(bench);
  const there = new Set(partsOf(bench));
  const missing = Object.keys(parts).filter((part) => !there.has(part as Part));

  describe(name, { timeout: 120_000 }, () => {
    afterAll(() => bench.close());
    for (const part of there) describe(part, () => parts[part](till, bench));
    test(`has the calls for what it says it can; left out here: ${missing.join(', ') || 'nothing'}`, () => {
      const calls = callsOf(bench.provider.capabilities);
      const has = Object.keys(calls).map((call) => [call, Boolean(bench.provider[call as keyof PaymentProvider])]);
      expect(Object.fromEntries(has)).toEqual(calls);
    });
  });
}

const parts = {
  'top-ups': topUps,
  'lost answers': lostTopUps,
  'saved methods': savedMethods,
  refunds,
  payouts,
  disputes,
  webhooks,
  books,
} satisfies Record<string, (till: Till, bench: ProviderBench) => void>;

type Part = keyof typeof parts;

/** The parts of the suite that there is something for. */
function partsOf({ provider, failNext, destinations, dispute, takeWebhooks, reportsLate }: ProviderBench): Part[] {
  const { topUp, autoTopUp, refund, payout } = provider.capabilities;
  const there: Record<Part, boolean> = {
    'top-ups': topUp,
    'lost answers': failNext !== null,
    'saved methods': autoTopUp,
    refunds: refund === 'partial',
    payouts: payout === 'direct' && destinations !== null,
    disputes: dispute !== null,
    webhooks: takeWebhooks !== null,
    books: !reportsLate,
  };
  return (Object.keys(parts) as Part[]).filter((part) => there[part]);
}

/** The optional calls, and whether a provider that can this much has them. */
function callsOf({ autoTopUp, refund, payout, onboarding }: Capabilities) {
  return {
    chargeSaved: autoTopUp,
    findTopUp: autoTopUp,
    forgetMethod: autoTopUp,
    refund: refund === 'partial',
    readDestination: payout !== 'none' && !onboarding,
    beginPayout: payout === 'direct',
    findPayout: payout === 'direct',
    beginPayee: onboarding,
    getPayee: onboarding,
  };
}
