import { z } from 'zod';
import { decimalOf, microDollarsOf } from './cents.ts';
import { type Client, PAYPAL, read } from './paypal-client.ts';
import { PaymentError, type PaymentProvider, type PayoutStatus } from './provider.ts';

type Payout = Parameters<NonNullable<PaymentProvider['beginPayout']>>[0];
type KnownPayout = Parameters<NonNullable<PaymentProvider['findPayout']>>[0];

const amount = z.object({ currency: z.string(), value: z.string() });
const header = z.object({ payout_batch_id: z.string(), batch_status: z.string() });
const begun = z.object({ batch_header: header });

const batch = z.object({
  batch_header: header,
  items: z
    .array(
      z.object({
        transaction_status: z.string().optional(),
        payout_item_fee: amount.optional(),
        errors: z.object({ name: z.string() }).partial().optional(),
      }),
    )
    .default([]),
});

/** How PayPal refuses a batch id that it has seen: with an address of the batch that it was used for. */
const duplicate = z.object({
  details: z.tuple([z.object({ field: z.literal('SENDER_BATCH_ID'), link: z.array(z.object({ href: z.string() })) })]),
});

/** Payouts to people's PayPal accounts, one batch for each, named by our key; the reference is PayPal's id of it. */
export function payouts(client: Client) {
  return {
    readDestination,
    beginPayout: (payout: Payout) => beginPayout(client, payout),
    findPayout: (payout: KnownPayout) => findPayout(client, payout),
  };
}

/** PayPal accounts are named by their e-mail address. */
function readDestination(typed: string): string | null {
  const address = typed.trim().toLowerCase();
  return address.length <= 127 && z.email().safeParse(address).success ? address : null;
}

async function beginPayout(client: Client, { payoutId, destination, amount, key }: Payout): Promise<PayoutStatus> {
  const value = { currency: 'USD', value: decimalOf(amount) };
  const item = { recipient_type: 'EMAIL', receiver: destination, amount: value, sender_item_id: payoutId };
  const sender_batch_header = { sender_batch_id: key, email_subject: 'Your earnings' };
  const body = { sender_batch_header, items: [item] };
  const answer = await client({ method: 'POST', path: '/v1/payments/payouts', body });
  const earlier = duplicate.safeParse(answer.body).data?.details[0].link[0]?.href.match(/\/payouts\/([\w-]+)/)?.[1];
  return getPayout(client, earlier ?? read(begun, answer).batch_header.payout_batch_id);
}

/** PayPal finds batches by its own id only; without one, beginning again under the same key is how to ask. */
async function findPayout(client: Client, { reference }: KnownPayout): Promise<PayoutStatus> {
  if (reference) return getPayout(client, reference);
  throw new PaymentError(PAYPAL, 'only tells what became of a payout when it is begun again', 'unknown');
}

const states: Record<string, 'paid' | 'unclaimed' | 'returned' | 'failed'> = {
  SUCCESS: 'paid',
  UNCLAIMED: 'unclaimed',
  ONHOLD: 'unclaimed',
  PENDING: 'unclaimed',
  RETURNED: 'returned',
  REFUNDED: 'returned',
  REVERSED: 'returned',
  FAILED: 'failed',
  BLOCKED: 'failed',
  DENIED: 'failed',
};

async function getPayout(client: Client, reference: string): Promise<PayoutStatus> {
  const path = `/v1/payments/payouts/${encodeURIComponent(reference)}`;
  const { batch_header, items } = read(batch, await client({ method: 'GET', path }));
  const [item] = items;
  const denied = batch_header.batch_status === 'DENIED' || batch_header.batch_status === 'CANCELED';
  const state = states[item?.transaction_status ?? (denied ? 'DENIED' : '')] ?? 'submitted';
  const { currency, value } = item?.payout_item_fee ?? {};
  const fee = currency && value ? { currency, amount: microDollarsOf(value) } : null;
  if (state !== 'returned' && state !== 'failed') return { reference, fee, state };
  return { reference, fee, state, reason: item?.errors?.name ?? 'PayPal gave no reason.' };
}
