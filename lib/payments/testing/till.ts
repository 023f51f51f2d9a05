import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { ProviderBench } from '../provider.contract.ts';
import { type Payment, PaymentError, type TopUpRequest, type TopUpStatus } from '../provider.ts';

/** Whole dollars as micro-dollars. */
export const dollars = (amount: number) => BigInt(amount) * 1_000_000n;

/** The broker's side of the table. */
export type Till = ReturnType<typeof tillOf>;

/** What the broker asks of a provider, as the product does. */
export function tillOf(bench: ProviderBench) {
  const { provider, pay } = bench;
  let addressIndex = 0;

  /** A top-up of $20; a currency of another name than USD costs a hundredth of a unit for each micro-dollar. */
  function request(more: Partial<TopUpRequest> = {}): TopUpRequest {
    const amount = more.amount ?? dollars(20);
    const price = { currency: provider.currency, amount: amount / 100n, dollars: amount };
    return {
      topUpId: randomUUID(),
      amount,
      party: { id: randomUUID(), email: 'renter@example.org', name: 'Renée Ortner' },
      returnUrl: 'https://broker.example.org/wallet/top-ups/1',
      cancelUrl: 'https://broker.example.org/wallet',
      saveMethod: false,
      key: randomUUID(),
      quote: provider.currency === 'USD' ? null : { ...price, until: new Date(Date.now() + 900_000) },
      addressIndex: addressIndex++,
      ...more,
    };
  }

  async function settle(reference: string): Promise<TopUpStatus> {
    const completed = await provider.completeTopUp?.({ reference, key: `complete-${reference}` });
    const status = await provider.getTopUp(reference);
    if (completed) expect(completed.payments).toEqual(status.payments);
    return status;
  }

  async function payFor(asked: TopUpRequest) {
    const { reference } = await provider.beginTopUp(asked);
    await pay(reference);
    const status = await settle(reference);
    expect(status.payments).toHaveLength(1);
    return { asked, reference, status, payment: status.payments[0] as Payment };
  }

  /** What a call answered, or the PaymentError that it failed with. */
  async function attempt<Value>(call: Promise<Value>): Promise<Value | PaymentError> {
    return call.catch((error: unknown) => {
      expect(error).toBeInstanceOf(PaymentError);
      for (const secret of bench.secrets) expect(inspect(error, { depth: 9 })).not.toContain(secret);
      return error as PaymentError;
    });
  }

  /** A second call under a key that was used for something else: an error, or what came of the first. */
  async function refuseOrRepeat<Value>(call: Promise<Value>, first: Value) {
    const answer = await attempt(call);
    if (!(answer instanceof PaymentError)) expect(answer).toEqual(first);
  }

  const topUp = (more: Partial<TopUpRequest> = {}) => payFor(request(more));
  return { request, settle, payFor, topUp, attempt, refuseOrRepeat };
}

/** What a request is to bring, in the currency in which the provider receives. */
export function owed({ amount, quote }: TopUpRequest) {
  return quote ? { currency: quote.currency, amount: quote.amount } : { currency: 'USD', amount };
}
