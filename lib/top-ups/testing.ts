import { randomUUID } from 'node:crypto';
import type { PaymentProvider, TopUpStatus } from '../payments/provider.ts';
import { PaymentError } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import { createSealer } from '../secrets.ts';

const nothing = () => ({ payments: [], refunds: [], disputes: [], savedMethod: null });

/** A provider whose truth is in the test's hands, where the real adapters and their fakes would only be in the way. */
export function scriptedProvider(more: Partial<PaymentProvider> = {}) {
  // One database is shared by all tests of a file: each has a bank of its own.
  const id = `scripted-${randomUUID()}`;
  const truth = new Map<string, TopUpStatus>();
  const calls: { what: string; key: string }[] = [];
  const provider: PaymentProvider = {
    id,
    name: 'Scripted Bank',
    capabilities: {
      topUp: true,
      autoTopUp: true,
      refund: 'partial',
      payout: 'none',
      onboarding: false,
      anyAmount: false,
    },
    currency: 'USD',
    keyHours: 24,
    least: { topUp: 1_000_000n, payout: 20_000_000n },
    estimateFee: () => 0n,
    async beginTopUp({ topUpId, key }) {
      calls.push({ what: 'begin', key });
      truth.set(`ref-${topUpId}`, { topUpId, progress: { state: 'pending' }, ...nothing() });
      return { reference: `ref-${topUpId}`, action: { kind: 'redirect', url: 'https://bank.example/pay' } };
    },
    async getTopUp(reference) {
      const status = truth.get(reference);
      if (!status) throw new PaymentError(id, 'no such top-up', 'misconfigured');
      return structuredClone(status);
    },
    async refund({ reference, paymentId, amount, key }) {
      calls.push({ what: 'refund', key });
      const status = truth.get(reference);
      const known = status?.refunds.find((refund) => refund.key === key);
      if (known) return structuredClone(known);
      const refund = { id: `re-${key}`, key, paymentId, amount: { currency: 'USD', amount }, at: new Date() };
      status?.refunds.push({ ...refund, state: 'succeeded' });
      return { ...refund, state: 'succeeded' };
    },
    listBalances: async () => [],
    async *listTransactions() {},
    ...more,
  };
  const treasury: Treasury = {
    providers: new Map([[id, provider]]),
    chains: new Map(),
    priceOf: async () => 1_000_000n,
    sealer: createSealer(['a key for tests that is long enough']),
    publicUrl: 'https://broker.example',
  };

  /** Changes what the provider knows of a top-up. */
  const tell = (topUpId: string, change: Partial<TopUpStatus>) => {
    const reference = `ref-${topUpId}`;
    truth.set(reference, { topUpId, progress: { state: 'pending' }, ...nothing(), ...truth.get(reference), ...change });
  };
  return { provider, treasury, tell, calls };
}

/** So much of a currency, as a provider reports it. */
export const money = (amount: bigint, currency = 'USD') => ({ currency, amount });
