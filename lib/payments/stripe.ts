import Stripe from 'stripe';
import { CENT } from './cents.ts';
import type { PaymentProvider, ProviderTransaction } from './provider.ts';
import { ask, dateOf, eventOf, idOf, listAll, moneyOf } from './stripe-answers.ts';
import { payouts } from './stripe-payouts.ts';
import { topUps } from './stripe-top-ups.ts';

/** What an operator sets to take cards: `webhookSecrets` newest first, `url` another address of the API for tests. */
export type StripeSettings = { secretKey: string; webhookSecrets: string[]; url?: string | undefined };

const DOLLAR_CENTS = 100n;

/** Cards by Stripe's hosted pages; owners are paid by transfers to accounts that they open with Stripe. */
export function stripeProvider(settings: StripeSettings): PaymentProvider {
  const client = connect(settings);
  return {
    id: 'stripe',
    name: 'Card',
    payoutName: 'Stripe',
    capabilities: {
      topUp: true,
      autoTopUp: true,
      refund: 'partial',
      payout: 'direct',
      onboarding: true,
      anyAmount: false,
    },
    currency: 'USD',
    keyHours: 24,
    least: { topUp: 5n * DOLLAR_CENTS * CENT, payout: 20n * DOLLAR_CENTS * CENT },
    // The list price of a card of the United States in 2026, 2.9 % + 30 cents; a transfer costs nothing.
    estimateFee: (amount, direction) => (direction === 'in' ? roundUp((amount * 29n) / 1000n) + 30n * CENT : 0n),
    ...topUps(client),
    ...payouts(client),
    readWebhook: async (body, headers) => readWebhook(client, settings, { body, headers }),
    listBalances: () => listBalances(client),
    listTransactions: (since) => listTransactions(client, since),
  };
}

/** Repeating a call is the business of whoever stored its key, so the SDK repeats nothing by itself. */
function connect({ secretKey, url }: StripeSettings) {
  const { hostname, port, protocol } = new URL(url ?? 'https://api.stripe.com');
  const address = { host: hostname, port: port || 443, protocol: protocol === 'http:' ? 'http' : 'https' } as const;
  return new Stripe(secretKey, { ...address, telemetry: false, maxNetworkRetries: 0, timeout: 20_000 });
}

/** Any of the secrets may have signed. An event of the other mode is as foreign as a forged one. */
function readWebhook(
  client: Stripe,
  settings: StripeSettings,
  { body, headers }: { body: Uint8Array; headers: Headers },
) {
  const signature = headers.get('stripe-signature') ?? '';
  const live = /^[rs]k_live_/.test(settings.secretKey);
  for (const secret of settings.webhookSecrets) {
    const event = readSigned(client, { body, signature, secret });
    if (event) return event.livemode === live ? eventOf(event) : null;
  }
  return null;
}

function readSigned(client: Stripe, signed: { body: Uint8Array; signature: string; secret: string }) {
  try {
    return client.webhooks.constructEvent(signed.body, signed.signature, signed.secret);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return null;
    throw error;
  }
}

async function listBalances(client: Stripe) {
  const { available, pending } = await ask(client.balance.retrieve());
  const dollars = [...available, ...pending].filter(({ currency }) => currency === 'usd');
  return [
    moneyOf(
      dollars.reduce((sum, { amount }) => sum + amount, 0),
      'usd',
    ),
  ];
}

/** Stripe tells the newest first, and the books want the oldest, so all are read before the first is told. */
async function* listTransactions(client: Stripe, since: Date): AsyncGenerator<ProviderTransaction> {
  const created = { gte: Math.floor(since.getTime() / 1000) };
  const booked = await ask(listAll(client.balanceTransactions.list({ created, limit: 100 })));
  for (const { id, source, amount, fee, currency, created } of booked.reverse())
    yield {
      reference: idOf(source) ?? id,
      at: dateOf(created),
      amount: moneyOf(amount, currency),
      fee: moneyOf(fee, currency),
    };
}

function roundUp(amount: bigint): bigint {
  return ((amount + CENT - 1n) / CENT) * CENT;
}
