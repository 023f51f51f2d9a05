import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { invariant } from '../lib/errors.ts';
import type { Webhook } from '../lib/payments/provider.contract.ts';
import { startFakeStripe } from '../lib/payments/testing/fake-stripe.ts';
import { runScript } from '../scripts/local/programs.ts';
import type { Figure } from './figure.ts';
import { quantile } from './quantiles.ts';
import { type BenchWeb, withWeb } from './web.ts';
import { type Paid, payTopUps } from './webhook-till.ts';

const PER_SECOND = 200;
const SECONDS = 10;
const STORM = 10_000;
const TIMES = 3;
const SENDERS = 32;

/** Sends a web process webhooks of a fake of Stripe: at a steady rate, then ten thousand in random order, three times each. */
export async function measureWebhooks(): Promise<Figure[]> {
  const fake = await startFakeStripe();
  const secrets = { STRIPE_SECRET_KEY: fake.secretKey, STRIPE_WEBHOOK_SECRETS: fake.webhookSecrets.join(',') };
  try {
    return await withWeb(1, (web) => measure(web, fake), { ...secrets, STRIPE_URL: fake.url });
  } finally {
    await fake.close();
  }
}

async function measure({ url, settings }: BenchWeb, fake: Awaited<ReturnType<typeof startFakeStripe>>) {
  const pool = new pg.Pool({ connectionString: settings.DATABASE_URL });
  const deliver = (webhook: Webhook) => post(`${url}/api/payments/stripe/webhook`, webhook);
  const steady = await payTopUps(pool, fake, Math.ceil((PER_SECOND * SECONDS) / 3));
  const health = await atRate(Array(PER_SECOND * SECONDS).fill(null), () => fetch(`${url}/api/health`));
  const answered = await atRate(steady.webhooks, deliver);
  const steadySeconds = await untilProcessed(pool);

  const storm = await payTopUps(pool, fake, Math.ceil(STORM / 3));
  const queue = shuffled(storm.webhooks.slice(0, STORM).flatMap((webhook) => Array<Webhook>(TIMES).fill(webhook)));
  const begun = performance.now();
  await Promise.all(Array.from({ length: SENDERS }, () => deliverAll(queue, deliver)));
  const delivered = (performance.now() - begun) / 1000;
  await untilProcessed(pool);
  const done = (performance.now() - begun) / 1000;
  const wrong = await differences(pool, [...steady.paid, ...storm.paid], steady.webhooks.length + STORM);
  await pool.end();
  const books = JSON.parse(await runScript(settings, 'bench/books.ts'));

  const p95 = quantile(answered, 0.95);
  const besides = quantile(health, 0.95);
  return [
    {
      name: `webhook answered at ${PER_SECOND}/s, 95 %`,
      value: p95,
      unit: 'ms',
      comparedWith: `/api/health at the same rate: ${besides.toFixed(1)} ms`,
      ratio: p95 / besides,
      target: { most: 50 },
    },
    { ...plain('until those are worked off'), value: steadySeconds, unit: 's' },
    {
      ...plain(`${STORM} webhooks, ${TIMES} times each: until all are in the books`),
      value: done,
      unit: 's',
      comparedWith: `until all are answered: ${delivered.toFixed(1)} s`,
      ratio: done / delivered,
    },
    { ...plain('top-ups, wallets and events that differ from the model'), value: wrong, target: { most: 0 } },
    { ...plain('promises of the books that do not hold'), value: books.broken.length, target: { most: 0 } },
    { ...plain('deadlocks'), value: books.deadlocks, target: { most: 0 } },
  ];
}

const plain = (name: string): Figure => ({ name, value: 0, unit: '', comparedWith: '', target: null });

async function post(url: string, { body, headers }: Webhook) {
  const answer = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
  invariant(answer.status === 204, `a genuine webhook was answered with ${answer.status}`);
}

/** Does something with each of `things` at the bench's rate, however long the answers take; answers the milliseconds. */
async function atRate<Thing>(things: Thing[], work: (thing: Thing) => Promise<unknown>): Promise<number[]> {
  const begun = performance.now();
  return Promise.all(
    things.map(async (thing, n) => {
      await sleep(Math.max(0, begun + (n * 1000) / PER_SECOND - performance.now()));
      const sent = performance.now();
      await work(thing);
      return performance.now() - sent;
    }),
  );
}

async function deliverAll(queue: Webhook[], deliver: (webhook: Webhook) => Promise<void>) {
  for (let next = queue.pop(); next; next = queue.pop()) await deliver(next);
}

/** The seconds until no event waits any more. */
async function untilProcessed(pool: pg.Pool): Promise<number> {
  const begun = performance.now();
  const waiting = 'select count(*)::int as waiting from webhook_events where processed_at is null and dead_at is null';
  while ((await pool.query(waiting)).rows[0].waiting > 0) await sleep(250);
  return (performance.now() - begun) / 1000;
}

/** How many things are not as the model has them: each top-up credited once, each wallet its sum, each event kept once. */
async function differences(pool: pg.Pool, paid: Paid[], events: number): Promise<number> {
  const { rows: credits } = await pool.query<{ id: string; credited: string }>(
    'select top_up_id as id, sum(credited)::text as credited from payments group by 1',
  );
  const { rows: wallets } = await pool.query<{ id: string; balance: string }>(
    `select party_id as id, (-balance)::text as balance from ledger_accounts
      where kind = 'wallet' and party_id in (select id from users where not is_admin)`,
  );
  const { rows: kept } = await pool.query('select count(*)::int as kept from webhook_events where problem is null');
  return (
    strays(
      credits.map(({ id, credited }) => [id, BigInt(credited)]),
      paid.map(({ topUpId, amount }) => [topUpId, amount]),
    ) +
    strays(
      wallets.map(({ id, balance }) => [id, BigInt(balance)]),
      paid.map(({ userId, amount }) => [userId, amount]),
    ) +
    Math.abs(kept[0].kept - events)
  );
}

/** How many names have another sum in the books than in the model. */
function strays(books: [string, bigint][], model: [string, bigint][]): number {
  const left = new Map(books);
  for (const [name, amount] of model) left.set(name, (left.get(name) ?? 0n) - amount);
  return [...left.values()].filter((rest) => rest !== 0n).length;
}

function shuffled<Thing>(things: Thing[]): Thing[] {
  return things
    .map((thing) => ({ thing, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ thing }) => thing);
}
