import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { ProviderBench } from '../provider.contract.ts';
import { type Money, PaymentError, type ProviderTransaction } from '../provider.ts';
import { lostAnswers } from './contract-in.ts';
import { dollars, type Till } from './till.ts';

/** Money on its way back to where it came from. */
export function refunds(till: Till, { provider, failNext }: ProviderBench) {
  const { refund } = provider;
  if (!refund) return;

  async function paid() {
    const { reference, payment } = await till.topUp();
    return (amount: bigint, key: string = randomUUID()) => ({ reference, paymentId: payment.id, amount, key });
  }

  test('a payment is given back in parts, and never beyond what came', async () => {
    const part = await paid();
    const parts = [part(dollars(5)), part(dollars(7))];
    for (const { key, amount, ...asked } of parts) {
      const expected = { key, paymentId: asked.paymentId, amount: { currency: 'USD', amount } };
      expect(await refund({ key, amount, ...asked })).toMatchObject(expected);
    }
    const beyond = await till.attempt(refund(part(dollars(9))));
    expect(beyond instanceof PaymentError ? 'failed' : beyond.state).toBe('failed');
    const { refunds } = await provider.getTopUp(part(0n).reference);
    const given = refunds.filter(({ state }) => state !== 'failed').map(({ key, amount }) => [key, amount.amount]);
    expect(Object.fromEntries(given)).toEqual(Object.fromEntries(parts.map(({ key, amount }) => [key, amount])));
  });

  test('a refund asked twice under one key is given once, and never with another amount', async () => {
    const part = await paid();
    const first = await refund(part(dollars(5), 'once'));
    expect(await refund(part(dollars(5), 'once'))).toMatchObject({ id: first.id, amount: first.amount });
    await till.refuseOrRepeat(refund(part(dollars(6), 'once')), first);
    expect((await provider.getTopUp(part(0n).reference)).refunds).toHaveLength(1);
  });

  test.each(failNext ? lostAnswers : [])('a refund whose answer is lost (%s) is given once', async (how) => {
    const part = await paid();
    const asked = part(dollars(5));
    failNext?.(how);
    await till.attempt(refund(asked));
    const known = (await provider.getTopUp(asked.reference)).refunds;
    expect(known).toMatchObject([{ key: asked.key }]);
    expect(await refund(asked)).toMatchObject({ id: known[0]?.id });
    expect((await provider.getTopUp(asked.reference)).refunds).toHaveLength(1);
  });
}

/** Money to owners. */
export function payouts(till: Till, { provider, destinations, failNext }: ProviderBench) {
  const { beginPayout, findPayout, readDestination } = provider;
  if (!beginPayout || !findPayout || !destinations) return;

  const asked = (destination: string) => {
    return { payoutId: randomUUID(), destination, amount: dollars(25), key: randomUUID() };
  };
  const find = ({ key, destination }: ReturnType<typeof asked>, reference: string | null = null) => {
    return findPayout({ key, destination, reference, since: new Date(Date.now() - 60_000) });
  };
  const settled = (payout: ReturnType<typeof asked>, reference: string) => {
    return vi.waitFor(async () => {
      const status = await find(payout, reference);
      expect(['submitted', undefined]).not.toContain(status?.state);
      return status;
    }, 60_000);
  };

  test.each(readDestination ? ['destination'] : [])('only what can be a %s is kept as one', () => {
    const read = readDestination ?? String;
    expect(read(` ${destinations.open} `)).toBe(read(destinations.open));
    for (const typed of ['', 'nowhere', '<b>me</b>@', 'x'.repeat(500)]) expect(read(typed)).toBeNull();
  });

  test('a payout is paid once for each key, and found by it', async () => {
    const payout = asked(destinations.open);
    const unknown = await till.attempt(find(payout));
    // Who cannot tell says so; nobody takes a payout for known that was never begun.
    expect([null, 'unknown']).toContain(unknown instanceof PaymentError ? unknown.failure : unknown);
    const begun = await beginPayout(payout);
    expect(await beginPayout(payout)).toMatchObject({ reference: begun.reference });
    expect(await settled(payout, begun.reference)).toMatchObject({ reference: begun.reference, state: 'paid' });
    const more = await till.attempt(beginPayout({ ...payout, amount: dollars(26) }));
    if (!(more instanceof PaymentError)) expect(more.reference).toBe(begun.reference);
  });

  test.each(failNext ? lostAnswers : [])('a payout whose answer is lost (%s) is made once', async (how) => {
    const payout = asked(destinations.open);
    failNext?.(how);
    await till.attempt(beginPayout(payout));
    const found = await till.attempt(find(payout));
    const known = found instanceof PaymentError ? await beginPayout(payout) : found;
    expect(await beginPayout(payout)).toMatchObject({ reference: known?.reference });
    expect(await settled(payout, known?.reference ?? '')).toMatchObject({ state: 'paid' });
  });

  test('a payout to a closed destination is known as not paid', async () => {
    const payout = asked(destinations.closed);
    const begun = await beginPayout(payout);
    const { state } = (await find(payout, begun.reference)) ?? begun;
    expect(['failed', 'returned', 'unclaimed']).toContain(state);
  });
}

/** Payments that their payers contest. */
export function disputes(till: Till, { provider, dispute }: ProviderBench) {
  test.each(['open', 'won', 'lost'] as const)('a contested payment is known as %s', async (end) => {
    const { reference, payment } = await till.topUp();
    await dispute?.(payment.id, end);
    const { disputes } = await provider.getTopUp(reference);
    expect(disputes).toMatchObject([{ paymentId: payment.id, amount: payment.received, state: end }]);
    expect(disputes[0]?.fee.currency).toBe(payment.received.currency);
  });
}

/** What the broker's account shows. */
export function books(till: Till, { provider, destinations }: ProviderBench) {
  const { refund, beginPayout, findPayout } = provider;

  async function account() {
    const transactions: ProviderTransaction[] = [];
    for await (const moved of provider.listTransactions(new Date(Date.now() - 3_600_000))) transactions.push(moved);
    const balances = await provider.listBalances();
    return { transactions, balance: sum(balances.filter(({ currency }) => currency === provider.currency)) };
  }

  test('what moved adds up to what stands on the account, each movement named as it was answered', async () => {
    const before = await account();
    const { reference, payment } = await till.topUp();
    const paymentId = payment.id;
    const back = await refund?.({ reference, paymentId, amount: dollars(3), key: randomUUID() });
    const payout = { payoutId: randomUUID(), destination: destinations?.open ?? '', key: randomUUID() };
    const sent = destinations && (await beginPayout?.({ ...payout, amount: dollars(4) }));
    if (destinations) await findPayout?.({ ...payout, reference: sent?.reference ?? null, since: new Date() });
    const after = await account();

    const known = new Set(before.transactions.map((moved) => moved.reference));
    const moved = after.transactions.filter((one) => !known.has(one.reference));
    expect(sum(moved.map(({ amount }) => amount)) - sum(moved.map(({ fee }) => fee))).toBe(
      after.balance - before.balance,
    );
    const zero = { currency: payment.received.currency, amount: 0n };
    expect(moved).toContainEqual(
      expect.objectContaining({ reference: paymentId, amount: payment.received, fee: payment.fee ?? zero }),
    );
    if (back) expect(moved.map(({ reference }) => reference)).toContain(back.id);
    const times = moved.map(({ at }) => at.getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
}

function sum(money: Money[]): bigint {
  return money.reduce((total, { amount }) => total + amount, 0n);
}
