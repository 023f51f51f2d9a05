import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { CENT } from '../lib/payments/cents.ts';
import type { Webhook } from '../lib/payments/provider.contract.ts';
import { stripeProvider } from '../lib/payments/stripe.ts';
import type { FakeStripe } from '../lib/payments/testing/fake-stripe.ts';

/** A top-up that was paid, and whose it is. */
export type Paid = { topUpId: string; userId: string; amount: bigint };

/** Has `count` top-ups of many people paid at a fake of Stripe, which sends three webhooks about each. */
export async function payTopUps(
  pool: Pool,
  fake: FakeStripe,
  count: number,
): Promise<{ paid: Paid[]; webhooks: Webhook[] }> {
  const provider = stripeProvider(fake);
  const { rows: people } = await pool.query<{ id: string; email: string }>(
    'select id, email from users where not is_admin order by id',
  );
  const paid: Paid[] = [];
  for (let n = 0; n < count; n++) {
    const { id: userId, email } = people[n % people.length] ?? { id: '', email: '' };
    const topUp = { topUpId: randomUUID(), userId, amount: BigInt(500 + (n % 700)) * CENT };
    const pages = { returnUrl: 'https://broker.example/paid', cancelUrl: 'https://broker.example/left' };
    const party = { id: userId, name: 'Somebody', email, providerCustomer: null };
    const rest = { saveMethod: false, quote: null, addressIndex: 0, key: `topUp:${topUp.topUpId}:begin` };
    const { reference } = await provider.beginTopUp({ ...topUp, ...pages, ...rest, party });
    // Nobody looks by himself meanwhile: only webhooks do.
    await pool.query(
      `insert into top_ups (id, user_id, provider, state, amount, reference, check_at)
        values ($1, $2, 'stripe', 'pending', $3, $4, now() + interval '1 day')`,
      [topUp.topUpId, userId, topUp.amount, reference],
    );
    fake.press(reference, 'pay');
    paid.push(topUp);
  }
  return { paid, webhooks: await fake.takeWebhooks() };
}
