import { z } from 'zod';
import { money, moneyOf } from './paypal-answers.ts';
import { type Client, read } from './paypal-client.ts';
import type { Money, ProviderTransaction } from './provider.ts';

const transaction = z.object({
  transaction_id: z.string(),
  transaction_initiation_date: z.string().transform((text) => new Date(text)),
  transaction_amount: money,
  fee_amount: money.optional(),
  invoice_id: z.string().optional(),
});

const page = z.object({
  transaction_details: z.array(z.object({ transaction_info: transaction })).default([]),
  total_pages: z.number().default(1),
});

const balances = z.object({ balances: z.array(z.object({ currency: z.string(), total_balance: money })) });

/** A movement as PayPal reports it. */
export type RawTransaction = z.output<typeof transaction>;

/** What stands on the account, in every currency. */
export async function listBalances(client: Client): Promise<Money[]> {
  const answer = read(balances, await client({ method: 'GET', path: '/v1/reporting/balances' }));
  return answer.balances.map(({ total_balance }) => signed(total_balance));
}

/** What moved on the account since then, oldest first. */
export async function* listTransactions(client: Client, since: Date): AsyncGenerator<ProviderTransaction> {
  for await (const one of listRaw(client, since)) {
    const amount = signed(one.transaction_amount);
    const fee = one.fee_amount ? -signed(one.fee_amount).amount : 0n;
    yield {
      reference: one.transaction_id,
      at: one.transaction_initiation_date,
      amount,
      fee: { ...amount, amount: fee },
    };
  }
}

/** The longest stretch that PayPal reports at once. */
const STRETCH_MS = 31 * 86_400_000;

/** Movements as PayPal reports them, stretch by stretch, oldest first. */
export async function* listRaw(client: Client, since: Date): AsyncGenerator<RawTransaction> {
  const now = Date.now();
  for (let start = since.getTime(); start < now; start += STRETCH_MS) {
    const end = Math.min(start + STRETCH_MS, now);
    const moved = await listStretch(client, { start: new Date(start), end: new Date(end) });
    yield* moved.sort((a, b) => a.transaction_initiation_date.getTime() - b.transaction_initiation_date.getTime());
  }
}

async function listStretch(client: Client, { start, end }: { start: Date; end: Date }): Promise<RawTransaction[]> {
  const range = { start_date: start.toISOString(), end_date: end.toISOString() };
  const moved: RawTransaction[] = [];
  for (let number = 1, last = 1; number <= last; number++) {
    const query = new URLSearchParams({ ...range, fields: 'transaction_info', page_size: '500', page: `${number}` });
    const answer = read(page, await client({ method: 'GET', path: `/v1/reporting/transactions?${query}` }));
    moved.push(...answer.transaction_details.map(({ transaction_info }) => transaction_info));
    last = answer.total_pages;
  }
  return moved;
}

/** Reports write what went out with a minus. */
function signed({ currency_code, value }: z.output<typeof money>): Money {
  const size = moneyOf({ currency_code, value: value.replace(/^-/, '') });
  return value.startsWith('-') ? { ...size, amount: -size.amount } : size;
}
