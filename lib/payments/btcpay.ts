import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import {
  type BtcpaySettings,
  type Client,
  connect,
  type Invoice,
  invoiceData,
  type Method,
  methodData,
  payoutData,
  shared,
} from './btcpay-client.ts';
import { payouts } from './btcpay-payouts.ts';
import { CENT, decimalOf, microDollarsOf } from './cents.ts';
import type {
  Money,
  Payment,
  PaymentProvider,
  ProviderTransaction,
  TopUpRequest,
  TopUpStatus,
  WebhookEvent,
} from './provider.ts';

const DOLLAR = 1_000_000n;

/**
 * Bitcoin and Lightning by a BTCPay Server of the broker's own. It has no idempotency keys, so everything carries our
 * names, and is looked for by them before it is made. All amounts are dollars at the rate that the invoice locked.
 */
export function btcpayProvider(settings: BtcpaySettings): PaymentProvider {
  const client = connect(settings);
  return {
    id: 'btcpay',
    name: 'Bitcoin or Lightning',
    capabilities: {
      topUp: true,
      autoTopUp: false,
      refund: 'manual',
      payout: 'direct',
      onboarding: false,
      anyAmount: true,
    },
    currency: 'USD',
    keyHours: Number.POSITIVE_INFINITY, // names do not expire
    least: { topUp: DOLLAR, payout: 5n * DOLLAR },
    estimateFee: () => 0n,
    beginTopUp: shared((request) => beginTopUp(client, request)),
    getTopUp: (reference) => getTopUp(client, reference),
    ...payouts(client, settings.network),
    readWebhook: async (body, headers) => readWebhook(settings, body, headers),
    listBalances: () => listBalances(client),
    listTransactions: (since) => listTransactions(client, since),
  };
}

async function beginTopUp(client: Client, request: TopUpRequest) {
  const { topUpId } = request;
  const { id, checkoutLink } = (await findInvoice(client, topUpId)) ?? (await openInvoice(client, request));
  return { reference: id, action: { kind: 'redirect', url: checkoutLink } as const };
}

async function openInvoice(client: Client, { topUpId, amount, returnUrl }: TopUpRequest): Promise<Invoice> {
  const opened = await client.send('POST', 'invoices', {
    amount: decimalOf(amount),
    currency: 'USD',
    metadata: { orderId: topUpId },
    checkout: { redirectURL: returnUrl, redirectAutomatically: true, expirationMinutes: 15, monitoringMinutes: 1440 },
  });
  return client.read(invoiceData, opened);
}

async function findInvoice(client: Client, topUpId: string): Promise<Invoice | null> {
  const found = await client.get(z.array(invoiceData), `invoices?orderId=${encodeURIComponent(topUpId)}`);
  return found[0] ?? null;
}

async function getTopUp(client: Client, reference: string): Promise<TopUpStatus> {
  const path = `invoices/${encodeURIComponent(reference)}`;
  const invoice = await client.get(invoiceData, path);
  const methods = await client.get(z.array(methodData), `${path}/payment-methods`);
  const payments = paymentsOf(methods);
  const pending = methods.some((method) => method.payments.some(({ status }) => status === 'Processing'));
  const progress = progressOf(invoice, { paid: payments.length > 0, pending });
  return {
    topUpId: invoice.metadata?.orderId ?? null,
    progress,
    payments,
    refunds: [],
    disputes: [],
    savedMethod: null,
  };
}

/** Whatever came is credited, late, too little or too much; only an invoice that nothing came for is lost. */
function progressOf(
  { status }: Invoice,
  { paid, pending }: { paid: boolean; pending: boolean },
): TopUpStatus['progress'] {
  if (status === 'Settled') return { state: 'succeeded' };
  if (pending || status === 'Processing') return { state: 'processing' };
  if (status === 'New') return { state: 'pending' };
  if (paid) return { state: 'succeeded' };
  return status === 'Expired' ? { state: 'expired' } : { state: 'failed', reason: 'the payment was never confirmed' };
}

function paymentsOf(methods: Method[]): Payment[] {
  return methods.flatMap(({ rate, payments }) =>
    payments
      .filter(({ status }) => status === 'Settled')
      .map(({ id, value, receivedDate }) => ({
        id,
        received: worthOf(value, rate),
        fee: usd(0n),
        at: dateOf(receivedDate),
      })),
  );
}

/** Coins at a rate, to the nearest cent: the smallest coin is worth less than that, so the asked amount comes out exactly. */
function worthOf(value: string, rate: string): Money {
  const [coins, price] = [value, rate].map((decimal) => {
    const [whole = '', part = ''] = decimal.split('.');
    return { digits: BigInt(whole + part), unit: 10n ** BigInt(part.length) };
  });
  const unit = (coins?.unit ?? 1n) * (price?.unit ?? 1n);
  const cents = ((coins?.digits ?? 0n) * (price?.digits ?? 0n) * 100n + unit / 2n) / unit;
  return usd(cents * CENT);
}

const webhook = z.object({
  deliveryId: z.string(),
  originalDeliveryId: z.string().nullish(),
  type: z.string(),
  timestamp: z.number(),
  storeId: z.string(),
  invoiceId: z.string().nullish(),
});

/** For how long BTCPay Server may go on delivering an event; it dates each attempt anew. */
const FRESH_SECONDS = 86_400;

function readWebhook(settings: BtcpaySettings, body: Uint8Array, headers: Headers): WebhookEvent | null {
  const signature = headers.get('btcpay-sig') ?? '';
  if (!settings.webhookSecrets.some((secret) => signs(secret, body, signature))) return null;
  const { deliveryId, originalDeliveryId, type, timestamp, storeId, invoiceId } = webhook.parse(
    JSON.parse(Buffer.from(body).toString()),
  );
  if (storeId !== settings.store || Math.abs(Date.now() / 1000 - timestamp) > FRESH_SECONDS) return null;
  return { eventId: originalDeliveryId ?? deliveryId, type, references: invoiceId ? [invoiceId] : [], payoutKeys: [] };
}

function signs(secret: string, body: Uint8Array, signature: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What the store has received and paid by its own records, in dollars; its coins are worth what they are worth. */
async function listBalances(client: Client): Promise<Money[]> {
  let balance = 0n;
  for await (const { amount } of listTransactions(client, new Date(0))) balance += amount.amount;
  return [usd(balance)];
}

async function* listTransactions(client: Client, since: Date): AsyncGenerator<ProviderTransaction> {
  // Money that came late came to an older invoice; BTCPay Server watches them for a day.
  const start = Math.max(0, Math.floor(since.getTime() / 1000) - 2 * 86_400);
  const moved = [...(await listReceived(client, start)), ...(await listPaid(client))];
  for (const one of moved.toSorted((a, b) => a.at.getTime() - b.at.getTime())) if (one.at >= since) yield one;
}

const PAGE = 100;

async function listReceived(client: Client, start: number): Promise<ProviderTransaction[]> {
  const received: ProviderTransaction[] = [];
  for (let skip = 0; ; skip += PAGE) {
    const page = await client.get(z.array(invoiceData), `invoices?startDate=${start}&skip=${skip}&take=${PAGE}`);
    for (const { id, status } of page) {
      if (status === 'New') continue;
      const methods = await client.get(z.array(methodData), `invoices/${id}/payment-methods`);
      received.push(
        ...paymentsOf(methods).map(({ id: reference, received: amount, at }) => ({
          reference,
          amount,
          at,
          fee: usd(0n),
        })),
      );
    }
    if (page.length < PAGE) return received;
  }
}

async function listPaid(client: Client): Promise<ProviderTransaction[]> {
  const payouts = await client.get(z.array(payoutData), 'payouts');
  return payouts
    .filter(({ state, originalCurrency }) => state === 'Completed' && originalCurrency === 'USD')
    .map(({ id, originalAmount, date }) => {
      return { reference: id, at: dateOf(date), amount: usd(-microDollarsOf(originalAmount)), fee: usd(0n) };
    });
}

function usd(amount: bigint): Money {
  return { currency: 'USD', amount };
}

function dateOf(seconds: number): Date {
  return new Date(seconds * 1000);
}
