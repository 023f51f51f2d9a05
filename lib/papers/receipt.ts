import { roundToCents } from '../money.ts';
import { bookingColumns, type Sheet } from './sheet.ts';
import type { Issuing } from './statement.ts';

/** A payment that was credited to a wallet. */
export type Received = {
  provider: string;
  reference: string;
  referenceLabel?: string;
  /** In units of its currency, of which 10 to the power of `decimals` make one. */
  received: { currency: string; amount: bigint; decimals: number };
  credited: bigint;
  paidAt: Date;
};

/** What a payer keeps as proof of a payment. */
export function receiptSheet(payment: Received, { from, to, nameOf }: Issuing): Sheet {
  const { provider, reference, referenceLabel = 'Reference', received, credited, paidAt } = payment;
  const row = [paidAt.toISOString(), `Credit for rentals, paid by ${nameOf(provider)}`, String(credited)];
  return {
    title: 'Receipt',
    from,
    to,
    facts: [
      { label: 'Paid by', value: nameOf(provider) },
      { label: referenceLabel, value: reference },
      { label: 'Received', value: tellUnits(received) },
    ],
    sections: [{ title: 'Payment', columns: bookingColumns, rows: [row] }],
    total: { label: 'Total', amount: String(roundToCents(credited)) },
    notes: ['The amount was credited to your wallet in US dollars. All times are UTC.'],
    chain: null,
  };
}

function tellUnits({ currency, amount, decimals }: Received['received']): string {
  const digits = String(amount).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const rest = digits.slice(digits.length - decimals);
  return `${whole}${decimals > 0 ? `.${rest}` : ''} ${currency}`;
}
