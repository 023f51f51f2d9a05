import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { LostAnswer, ProviderBench } from '../provider.contract.ts';
import { PaymentError } from '../provider.ts';
import { dollars, owed, type Till } from './till.ts';

/** Every way in which an answer gets lost. */
export const lostAnswers: LostAnswer[] = ['status500', 'hangUp'];

/** What a person pays in. */
export function topUps(till: Till, { provider, pay }: ProviderBench) {
  const { anyAmount } = provider.capabilities;

  test('a paid top-up brings exactly its amount, under our own id', async () => {
    const { asked, status, payment } = await till.topUp();
    expect(status).toMatchObject({ progress: { state: 'succeeded' }, refunds: [], disputes: [] });
    // An address holds no id; who asked for it knows whose it is.
    expect([asked.topUpId, ...(anyAmount ? [null] : [])]).toContain(status.topUpId);
    expect(payment.received).toEqual(owed(asked));
    if (payment.fee) expect(payment.fee.amount).toBeLessThan(payment.received.amount);
    expect(payment.fee?.currency ?? provider.currency).toBe(payment.received.currency);
  });

  test('nothing is taken before the person has done their part, whoever opens the return address', async () => {
    const { reference, action } = await provider.beginTopUp(till.request());
    expect(action.kind).not.toBe('none');
    const { progress, payments } = await till.settle(reference);
    expect(payments).toEqual([]);
    expect(['pending', 'requiresAction']).toContain(progress.state);
  });

  const outcomes = anyAmount ? [] : (['declines', 'leaves'] as const);
  test.each(outcomes)('a person who %s has paid nothing', async (how) => {
    const { reference } = await provider.beginTopUp(till.request());
    await pay(reference, how);
    const { progress, payments } = await till.settle(reference);
    expect(payments).toEqual([]);
    expect(['succeeded', 'processing']).not.toContain(progress.state);
  });

  test('one key is one top-up, however often it is begun and completed', async () => {
    const asked = till.request();
    const begun = await provider.beginTopUp(asked);
    const again = await Promise.all([1, 2].map(() => provider.beginTopUp(asked)));
    expect(again.map(({ reference }) => reference)).toEqual([begun.reference, begun.reference]);
    const paid = await till.payFor(asked);
    expect((await till.settle(paid.reference)).payments).toEqual([paid.payment]);
  });

  test('a key that asks for another amount later never brings that amount', async () => {
    const asked = till.request();
    const first = await provider.beginTopUp(asked);
    const more = { ...till.request({ amount: dollars(30) }), key: asked.key, topUpId: asked.topUpId };
    const second = await till.attempt(provider.beginTopUp({ ...more, addressIndex: asked.addressIndex }));
    if (!(second instanceof PaymentError)) expect(second.reference).toBe(first.reference);
    await pay(first.reference);
    const { payments } = await till.settle(first.reference);
    expect(payments.map(({ received }) => received)).toEqual([owed(asked)]);
  });
}

/** Beginnings and captures whose answer never came. */
export function lostTopUps(till: Till, { provider, pay, failNext }: ProviderBench) {
  test.each(lostAnswers)('a beginning whose answer is lost (%s) is repeated without a second top-up', async (how) => {
    const asked = till.request();
    failNext?.(how);
    const lost = await till.attempt(provider.beginTopUp(asked));
    if (lost instanceof PaymentError) expect(lost.failure).toBe('unknown');
    const { status } = await till.payFor(asked);
    expect(status).toMatchObject({ topUpId: asked.topUpId, progress: { state: 'succeeded' } });
  });

  test.each(provider.completeTopUp ? lostAnswers : [])(
    'money taken in a lost answer (%s) is taken once',
    async (how) => {
      const asked = till.request();
      const { reference } = await provider.beginTopUp(asked);
      await pay(reference);
      failNext?.(how);
      await till.attempt(till.settle(reference));
      const known = await provider.getTopUp(reference);
      expect(known.payments.map(({ received }) => received)).toEqual([owed(asked)]);
      expect((await till.settle(reference)).payments).toEqual(known.payments);
    },
  );
}

/** Money taken later by a method that the person saved. */
export function savedMethods(till: Till, { provider, failNext, refuseNext }: ProviderBench) {
  const { chargeSaved, findTopUp, forgetMethod } = provider;
  if (!chargeSaved || !findTopUp || !forgetMethod) return;

  async function saved() {
    const { asked, status } = await till.topUp({ saveMethod: true });
    expect(status.savedMethod?.label).toMatch(/\S/);
    const { party, returnUrl } = asked;
    const savedMethod = status.savedMethod?.reference ?? '';
    return { topUpId: randomUUID(), amount: dollars(15), party, returnUrl, savedMethod, key: randomUUID() };
  }
  const lostOf = ({ topUpId, savedMethod }: Awaited<ReturnType<typeof saved>>) => {
    return { topUpId, savedMethod, since: new Date(Date.now() - 60_000) };
  };

  test('a saved method pays without the person, exactly, once for each key', async () => {
    const charge = await saved();
    const { reference, status } = await chargeSaved(charge);
    expect(status).toMatchObject({ topUpId: charge.topUpId, progress: { state: 'succeeded' } });
    expect(status.payments.map(({ received }) => received)).toEqual([{ currency: 'USD', amount: dollars(15) }]);
    expect(await chargeSaved(charge)).toEqual({ reference, status });
    expect(await provider.getTopUp(reference)).toEqual(status);
    await till.refuseOrRepeat(chargeSaved({ ...charge, amount: dollars(16) }), { reference, status });
    expect(await findTopUp(lostOf(charge))).toBe(reference);
  });

  test.each(failNext ? lostAnswers : [])('a charge whose answer is lost (%s) is found, and made once', async (how) => {
    const charge = await saved();
    failNext?.(how);
    await till.attempt(chargeSaved(charge));
    const reference = await findTopUp(lostOf(charge));
    const { payments } = await provider.getTopUp(reference ?? '');
    expect(payments).toHaveLength(1);
    expect(await chargeSaved(charge)).toMatchObject({ reference, status: { payments } });
  });

  test('a charge that the provider never heard of is not found', async () => {
    expect(
      await findTopUp({ ...lostOf(await saved()), topUpId: randomUUID(), since: new Date(Date.now() - 86_400_000) }),
    ).toBeNull();
  });

  test.each(refuseNext ? ['refuses'] : [])('a charge that the bank %s takes nothing and is no error', async () => {
    const charge = await saved();
    refuseNext?.();
    const { status } = await chargeSaved(charge);
    expect(['failed', 'requiresAction']).toContain(status.progress.state);
    expect(status.payments).toEqual([]);
  });

  test('a method that was forgotten pays nothing', async () => {
    const charge = await saved();
    await forgetMethod(charge.savedMethod);
    const answer = await till.attempt(chargeSaved(charge));
    if (!(answer instanceof PaymentError)) expect(answer.status.payments).toEqual([]);
  });
}
