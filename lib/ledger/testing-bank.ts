import { PaymentError } from '../payments/provider.ts';
import type { scriptedProvider } from '../top-ups/testing.ts';

type Bank = ReturnType<typeof scriptedProvider>;
type Told = { bank: Bank; truths: Truth[] };

/** What really happened to the money of a top-up, by its bank. `onChain` decides what can happen to it at all. */
export type Truth = {
  id: string;
  amount: bigint;
  onChain: boolean;
  there: boolean;
  dispute: { state: 'open' | 'won' | 'lost'; amount: bigint } | null;
};

/** No bank sends back what it has taken back, or more of a payment than is left. */
export function refuseLikeABank({ bank, truths }: Told): void {
  const { id, refund } = bank.provider;
  bank.provider.refund = async (request) => {
    const truth = truths.find((one) => `ref-${one.id}` === request.reference);
    const left = truth && !isTakenBack(truth) ? await leftOf(bank, truth) : 0n;
    const { refunds } = await bank.provider.getTopUp(request.reference);
    const isRepeated = refunds.some(({ key }) => key === request.key);
    if (!refund || (request.amount > left && !isRepeated)) throw new PaymentError(id, 'refuses', 'misconfigured');
    return refund(request);
  };
}

/** Whether the bank took a payment back and has not returned it. */
export const isTakenBack = ({ dispute }: Truth) => dispute !== null && dispute.state !== 'won';

/** What of a payment was not sent back. */
export async function leftOf({ provider }: Bank, { id, amount }: Truth): Promise<bigint> {
  const { refunds } = await provider.getTopUp(`ref-${id}`);
  const sent = refunds.filter(({ state }) => state === 'succeeded');
  return sent.reduce((left, refund) => left - refund.amount.amount, amount);
}

/** What a chain or a bank may do to a payment. An appeal may win what was lost. */
export const changes = {
  drop: { fits: ({ onChain, there }) => onChain && there, news: () => ({ there: false }) },
  comeBack: { fits: ({ onChain, there }) => onChain && !there, news: () => ({ there: true }) },
  dispute: {
    fits: ({ onChain, dispute }) => !onChain && !dispute,
    news: (amount: bigint) => ({ dispute: { state: 'open' as const, amount } }),
  },
  win: { fits: isTakenBack, news: (amount: bigint) => ({ dispute: { state: 'won' as const, amount } }) },
  lose: {
    fits: ({ dispute }) => dispute?.state === 'open',
    news: (amount: bigint) => ({ dispute: { state: 'lost' as const, amount } }),
  },
} satisfies Record<string, { fits(truth: Truth): boolean; news(amount: bigint): Partial<Truth> }>;

/** The refunds that the bank has carried out and not taken back. */
export async function refundsOf({ bank, truths }: Told) {
  const known = await Promise.all(
    truths.map(async ({ id: topUpId }) => {
      const { refunds: all } = await bank.provider.getTopUp(`ref-${topUpId}`);
      return all.map((refund) => ({ topUpId, refund }));
    }),
  );
  return known.flat().filter(({ refund }) => refund.state === 'succeeded');
}
