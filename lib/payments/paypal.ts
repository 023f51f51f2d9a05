import { CENT } from './cents.ts';
import { connect, type PaypalSettings } from './paypal-client.ts';
import { payouts } from './paypal-payouts.ts';
import { listBalances, listTransactions } from './paypal-reports.ts';
import { savedWallets, topUps } from './paypal-top-ups.ts';
import { webhookReader } from './paypal-webhooks.ts';
import type { PaymentProvider } from './provider.ts';

const DOLLAR = 100n * CENT;

/** PayPal accounts: people approve an order and the server captures it; owners are paid by payouts. */
export function paypalProvider(settings: PaypalSettings): PaymentProvider {
  const client = connect(settings);
  return {
    id: 'paypal',
    name: 'PayPal',
    capabilities: {
      topUp: true,
      autoTopUp: settings.vault,
      refund: 'partial',
      payout: 'direct',
      onboarding: false,
      anyAmount: false,
    },
    currency: 'USD',
    // Orders keep theirs for six hours, refunds and payouts for a month or more.
    keyHours: 6,
    payoutKeyHours: 30 * 24,
    least: { topUp: 10n * DOLLAR, payout: 20n * DOLLAR },
    // List prices within the United States in 2026: 3.49 % + 49 cents, and 2 % for a payout.
    estimateFee: (amount, direction) =>
      direction === 'in' ? roundUp(amount * 349n, 10_000n) + 49n * CENT : roundUp(amount * 2n, 100n),
    ...topUps(client),
    ...(settings.vault ? savedWallets(client) : {}),
    ...payouts(client),
    readWebhook: webhookReader(client, settings),
    listBalances: () => listBalances(client),
    listTransactions: (since) => listTransactions(client, since),
  };
}

/** A fraction in whole cents, rounded up. */
function roundUp(numerator: bigint, denominator: bigint): bigint {
  const unit = denominator * CENT;
  return ((numerator + unit - 1n) / unit) * CENT;
}
