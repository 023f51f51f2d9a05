import { z } from 'zod';
import { type Answer, ask } from './http.ts';
import { PaymentError } from './provider.ts';

/** What an operator sets to be paid through a BTCPay Server: `webhookSecrets` newest first. */
export type BtcpaySettings = {
  url: string;
  key: string;
  store: string;
  webhookSecrets: string[];
  network: 'main' | 'testnet' | 'regtest';
};

/** Asks the store for what a schema describes. */
export type Client = {
  get<Value>(schema: z.ZodType<Value>, path: string): Promise<Value>;
  /** Sends `body` and answers what came back, refusals of the request included. */
  send(method: 'POST' | 'DELETE', path: string, body?: object): Promise<Answer>;
  read<Value>(schema: z.ZodType<Value>, answer: Answer): Value;
};

/** Speaks to one store of a BTCPay Server; paths begin below the store, or with `/` below the API. */
export function connect({ url, key, store }: BtcpaySettings): Client {
  const headers = { authorization: `token ${key}`, 'content-type': 'application/json' };
  const base = `${url.replace(/\/+$/, '')}/api/v1`;
  const addressOf = (path: string) => (path.startsWith('/') ? base + path : `${base}/stores/${store}/${path}`);

  function read<Value>(schema: z.ZodType<Value>, { status, body }: Answer): Value {
    if (status >= 400) throw new PaymentError('btcpay', `answered ${status}`, 'misconfigured');
    const read = schema.safeParse(body);
    if (!read.success) throw new PaymentError('btcpay', 'answered something that we cannot read', 'unknown');
    return read.data;
  }

  return {
    read,
    get: async (schema, path) => read(schema, await ask('btcpay', addressOf(path), { headers })),
    send: (method, path, body) =>
      ask('btcpay', addressOf(path), { method, headers, body: body ? JSON.stringify(body) : null }),
  };
}

/**
 * Lets calls under one key that come at the same moment share one answer: BTCPay Server knows no keys, and what is not
 * there yet cannot be found by its name. Several processes must keep apart by themselves.
 */
export function shared<Request extends { key: string }, Value>(work: (request: Request) => Promise<Value>) {
  const running = new Map<string, Promise<Value>>();
  return (request: Request): Promise<Value> => {
    const { key } = request;
    const answer = running.get(key) ?? work(request).finally(() => running.delete(key));
    running.set(key, answer);
    return answer;
  };
}

const decimal = z.string().regex(/^\d+(\.\d+)?$/);
const state = z.enum(['AwaitingApproval', 'AwaitingPayment', 'InProgress', 'Completed', 'Cancelled']);

/** An invoice, which is what a top-up is there. */
export const invoiceData = z.object({
  id: z.string(),
  checkoutLink: z.url(),
  createdTime: z.coerce.number(),
  status: z.enum(['New', 'Processing', 'Expired', 'Invalid', 'Settled']),
  metadata: z.object({ orderId: z.string().nullish() }).nullish(),
});

/** What was paid to an invoice by one method, and what a coin counts there. */
export const methodData = z.object({
  rate: decimal,
  payments: z.array(
    z.object({
      id: z.string(),
      receivedDate: z.coerce.number(),
      value: decimal,
      status: z.enum(['Invalid', 'Processing', 'Settled']),
    }),
  ),
});

/** An allowance from which a payout is drawn; it can never give more than its amount. */
export const allowanceData = z.object({ id: z.string(), name: z.string().nullish(), archived: z.boolean() });

/** A payout; its amount is in the allowance's currency. */
export const payoutData = z.object({
  id: z.string(),
  date: z.coerce.number(),
  originalCurrency: z.string(),
  originalAmount: decimal,
  state,
});

/** An invoice as BTCPay Server tells of it. */
export type Invoice = z.infer<typeof invoiceData>;
/** A way to pay an invoice, with what came by it. */
export type Method = z.infer<typeof methodData>;
/** What a payout may be drawn from. */
export type Allowance = z.infer<typeof allowanceData>;
/** A payout as BTCPay Server tells of it. */
export type Payout = z.infer<typeof payoutData>;
