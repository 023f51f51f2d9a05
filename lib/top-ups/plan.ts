import { CURRENCY } from '../ledger/accounts.ts';
import type { Dispute, Money, Payment, Refund, TopUpStatus } from '../payments/provider.ts';

/** A payment as it stands in our books. */
export type KnownPayment = {
  id: string;
  reference: string;
  received: Money;
  credited: bigint;
  fee: bigint | null;
  round: number;
  reversedAt: Date | null;
};

/** What we know of a top-up, to be compared with what its provider knows. */
export type TopUpBooks = {
  topUpId: string;
  /** As wished, in micro-dollars; null where any amount is taken. */
  expected: bigint | null;
  /** The currency in which the provider receives. */
  currency: string;
  payments: KnownPayment[];
  disputes: Map<string, 'open' | 'won' | 'lost'>;
};

/** One thing to do about a top-up, so that the books say what its provider says. */
export type TopUpStep =
  | { step: 'credit'; payment: Payment; credited: bigint; again: KnownPayment | null }
  | { step: 'reverse'; known: KnownPayment }
  | { step: 'learnFee'; reference: string; fee: Money }
  | { step: 'followRefund'; refund: Refund }
  | { step: 'openDispute'; dispute: Dispute }
  | { step: 'closeDispute'; dispute: Dispute }
  | { step: 'setAside'; reference: string; money: Money | null; reason: string };

/**
 * What separates the books from the provider's truth, in the order in which it is to be done. Asking twice is
 * harmless: once the steps are done there are none. `worth` tells what a payment in another currency buys.
 */
export function planTopUp(books: TopUpBooks, status: TopUpStatus, worth: (payment: Payment) => bigint): TopUpStep[] {
  const reference = status.topUpId ?? books.topUpId;
  if (reference !== books.topUpId) return [{ step: 'setAside', reference, money: null, reason: 'namesAnotherTopUp' }];
  const arrivals = status.payments.flatMap((payment) => stepOfPayment(books, payment, worth));
  const setAside = new Set(arrivals.flatMap((arrival) => (arrival.step === 'setAside' ? arrival.reference : [])));
  const ours = status.payments.filter(({ id }) => !setAside.has(id));
  return [
    ...arrivals,
    ...vanished(books, status).map((known) => ({ step: 'reverse' as const, known })),
    ...ours.flatMap((payment) => stepOfFee(books, payment)),
    ...oursFirst(status.refunds).map((refund) => ({ step: 'followRefund' as const, refund })),
    ...status.disputes.flatMap((dispute) => stepsOfDispute(books, dispute)),
  ];
}

function stepOfPayment(books: TopUpBooks, payment: Payment, worth: (payment: Payment) => bigint): TopUpStep[] {
  const known = books.payments.find(({ reference }) => reference === payment.id) ?? null;
  if (known && known.reversedAt === null) return [];
  const refused = refusalOf(books, payment);
  if (refused) return [{ step: 'setAside', reference: payment.id, money: payment.received, reason: refused }];
  // A payment that comes again is worth what it was worth.
  const credited = known?.credited ?? worthOf(payment, worth);
  if (credited === 0n)
    return [{ step: 'setAside', reference: payment.id, money: payment.received, reason: 'tooSmall' }];
  return [{ step: 'credit', payment, credited, again: known }];
}

function refusalOf({ currency, expected }: TopUpBooks, { received }: Payment): string | null {
  if (received.currency !== currency) return 'otherCurrency';
  return expected !== null && received.amount !== expected ? 'otherAmount' : null;
}

function worthOf(payment: Payment, worth: (payment: Payment) => bigint): bigint {
  return payment.received.currency === CURRENCY ? payment.received.amount : worth(payment);
}

function vanished({ payments }: TopUpBooks, status: TopUpStatus): KnownPayment[] {
  const there = new Set(status.payments.map(({ id }) => id));
  return payments.filter(({ reference, reversedAt }) => reversedAt === null && !there.has(reference));
}

function stepOfFee(books: TopUpBooks, { id, fee }: Payment): TopUpStep[] {
  const known = books.payments.find(({ reference }) => reference === id);
  return fee === null || (known && known.fee !== null) ? [] : [{ step: 'learnFee', reference: id, fee }];
}

/** Which of our own were carried out is settled before any of them gives way to one that was made elsewhere. */
function oursFirst(refunds: Refund[]): Refund[] {
  return refunds.toSorted((one, other) => Number(isOurs(other)) - Number(isOurs(one)));
}

const isOurs = ({ key }: Refund) => key?.startsWith('refund:') === true;

function stepsOfDispute({ disputes }: TopUpBooks, dispute: Dispute): TopUpStep[] {
  const known = disputes.get(dispute.id);
  // An appeal may win what was lost; nothing loses what was won.
  if (known === 'won' || known === dispute.state) return [];
  const opened = known ? [] : [{ step: 'openDispute' as const, dispute }];
  return dispute.state === 'open' ? opened : [...opened, { step: 'closeDispute' as const, dispute }];
}
