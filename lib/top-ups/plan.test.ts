import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lesser } from '../money.ts';
import type { Dispute, Payment, TopUpStatus } from '../payments/provider.ts';
import { nextTopUpState, type TopUpFacts, type TopUpState, topUpEventOf, topUpLifecycle } from './lifecycle.ts';
import { type KnownPayment, planTopUp, type TopUpBooks, type TopUpStep } from './plan.ts';

const at = new Date('2026-11-01T00:00:00Z');
const worth = ({ received }: Payment) => received.amount / 2n;

const anyPayment = (currency: string) =>
  fc.record({
    id: fc.constantFrom('p1', 'p2', 'p3'),
    received: fc.record({ currency: fc.constant(currency), amount: fc.bigInt(1n, 10n ** 9n) }),
    fee: fc.option(fc.record({ currency: fc.constant(currency), amount: fc.bigInt(0n, 1000n) })),
    at: fc.constant(at),
  });

const anyStatus = (currency: string): fc.Arbitrary<TopUpStatus> =>
  fc.record({
    topUpId: fc.constantFrom('mine', null),
    progress: fc.constantFrom({ state: 'pending' as const }, { state: 'succeeded' as const }),
    payments: fc.uniqueArray(anyPayment(currency), { selector: ({ id }) => id }),
    refunds: fc.constant([]),
    disputes: fc.constant([]),
    savedMethod: fc.constant(null),
  });

const empty: TopUpBooks = { topUpId: 'mine', expected: null, currency: 'BTC', payments: [], disputes: new Map() };

/** The books as they are once the steps are carried out. */
function after(books: TopUpBooks, steps: TopUpStep[]): TopUpBooks {
  const known = new Map(books.payments.map((payment) => [payment.reference, payment]));
  const disputes = new Map(books.disputes);
  for (const step of steps) {
    if (step.step === 'credit') {
      const { payment, credited, again } = step;
      const fresh: KnownPayment = {
        id: payment.id,
        reference: payment.id,
        received: payment.received,
        credited,
        fee: again?.fee ?? null,
        round: (again?.round ?? 0) + 1,
        reversedAt: null,
      };
      known.set(payment.id, fresh);
    }
    if (step.step === 'reverse') known.set(step.known.reference, { ...step.known, reversedAt: at });
    const paid = step.step === 'learnFee' && known.get(step.reference);
    if (step.step === 'learnFee' && paid) known.set(step.reference, { ...paid, fee: step.fee.amount });
    if (step.step === 'openDispute') disputes.set(step.dispute.id, 'open');
    if (step.step === 'closeDispute') disputes.set(step.dispute.id, step.dispute.state);
  }
  return { ...books, payments: [...known.values()], disputes };
}

const standing = ({ payments }: TopUpBooks) =>
  payments.filter(({ reversedAt }) => reversedAt === null).map(({ reference }) => reference);

test('refunds that we asked for are followed before those made elsewhere', () => {
  const refund = { paymentId: 'p1', amount: { currency: 'BTC', amount: 1n }, at, state: 'succeeded' as const };
  const refunds = [
    { ...refund, id: 're-1', key: null },
    { ...refund, id: 're-2', key: 'refund:ours' },
  ];
  const progress = { state: 'succeeded' as const };
  const status = { topUpId: 'mine', progress, payments: [], refunds, disputes: [], savedMethod: null };
  const followed = planTopUp(empty, status, worth).flatMap((step) =>
    step.step === 'followRefund' ? step.refund.id : [],
  );
  expect(followed).toEqual(['re-2', 're-1']);
});

test('once the steps are done, nothing is left to do', () => {
  fc.assert(
    fc.property(anyStatus('BTC'), (status) => {
      const books = after(empty, planTopUp(empty, status, worth));
      const again = planTopUp(books, status, worth).filter(({ step }) => step !== 'setAside');
      expect(again).toEqual([]);
    }),
  );
});

test('whatever a chain did in between, exactly what it has now is credited', () => {
  fc.assert(
    fc.property(fc.array(anyStatus('BTC'), { minLength: 1 }), (history) => {
      const end = history.reduce((books, status) => after(books, planTopUp(books, status, worth)), empty);
      const last = history.at(-1)?.payments ?? [];
      const worthy = last.filter((payment) => end.payments.some(({ reference }) => reference === payment.id));
      expect(standing(end).sort()).toEqual(worthy.map(({ id }) => id).sort());
    }),
  );
});

test('what comes back is worth what it was worth, whatever the price is by then', () => {
  const payment: Payment = { id: 'p1', received: { currency: 'BTC', amount: 100n }, fee: null, at };
  const status = {
    topUpId: 'mine',
    progress: { state: 'pending' as const },
    refunds: [],
    disputes: [],
    savedMethod: null,
  };
  const credited = after(
    empty,
    planTopUp(empty, { ...status, payments: [payment] }, () => 70n),
  );
  const dropped = after(
    credited,
    planTopUp(credited, { ...status, payments: [] }, () => 5n),
  );
  expect(planTopUp(dropped, { ...status, payments: [payment] }, () => 5n)).toMatchObject([
    { step: 'credit', credited: 70n },
  ]);
});

test.each([
  ['open', 'open', []],
  ['open', 'won', ['closeDispute']],
  ['open', 'lost', ['closeDispute']],
  ['lost', 'won', ['closeDispute']],
  ['won', 'lost', []],
  [null, 'lost', ['openDispute', 'closeDispute']],
] as const)('a dispute that we know as %s and is %s now asks for %j', (known, state, steps) => {
  const money = { currency: 'BTC', amount: 5n };
  const dispute: Dispute = { id: 'd1', paymentId: 'p1', amount: money, fee: money, state, at };
  const books = { ...empty, disputes: new Map(known ? [['d1', known]] : []) };
  const status = {
    topUpId: 'mine',
    progress: { state: 'succeeded' as const },
    payments: [],
    refunds: [],
    savedMethod: null,
  };
  expect(planTopUp(books, { ...status, disputes: [dispute] }, worth).map(({ step }) => step)).toEqual(steps);
});

const anyFacts: fc.Arbitrary<TopUpFacts> = fc
  .record({
    progress: fc.constantFrom('pending', 'processing', 'requiresAction', 'succeeded', 'failed', 'expired', 'cancelled'),
    credited: fc.bigInt(0n, 10n),
    refunded: fc.bigInt(0n, 10n),
    ever: fc.boolean(),
    disputes: fc.array(fc.constantFrom('open' as const, 'won' as const, 'lost' as const)),
  })
  .map(({ ever, credited, refunded, ...facts }) => ({
    ...facts,
    credited,
    everCredited: ever || credited > 0n,
    refunded: lesser(refunded, credited),
  }));

test('no top-up is called paid while nothing of it stands in the books', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const event = topUpEventOf({ ...facts, credited: 0n, refunded: 0n, disputes: [] });
      expect(['paid', 'partlyRefunded', 'whollyRefunded']).not.toContain(event);
    }),
  );
});

test('money that stands in the books is never shown as failed, expired or given up', () => {
  fc.assert(
    fc.property(fc.constantFrom(...(Object.keys(topUpLifecycle) as TopUpState[])), anyFacts, (state, facts) => {
      const event = topUpEventOf({ ...facts, credited: 5n, refunded: 0n, everCredited: true, disputes: [] });
      const now = nextTopUpState(state, event) ?? state;
      expect(['failed', 'expired', 'cancelled', 'pending', 'created']).not.toContain(now);
    }),
  );
});
