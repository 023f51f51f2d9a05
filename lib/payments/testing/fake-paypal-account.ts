import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { type Done, Refused, type Route, route } from './fake-paypal-api.ts';
import { shapes } from './fake-paypal-shapes.ts';

/** Tells whoever listens what happened. */
export type Emit = (type: string, resource: object) => void;

type Moved = { id: string; cents: number; feeCents?: number; invoiceId?: string };
type Batch = { id: string; key: string; state: string; cents: number; feeCents: number; itemId: string; paid: string };
type PayoutRequest = z.output<typeof shapes.payout>;

/** An id such as PayPal makes. */
export const newId = (bytes = 9) => randomBytes(bytes).toString('hex').toUpperCase().slice(0, 17);

/** Cents as PayPal writes them. */
export const usd = (cents: number) => ({ currency_code: 'USD', value: (cents / 100).toFixed(2) });

/** What PayPal writes, in cents. */
export const centsIn = (value: string) => Math.round(Number(value) * 100);

/** The broker's account at PayPal: what moved on it, what stands on it, and what it paid out. */
export function openAccount(emit: Emit) {
  const moved: (Moved & { at: Date })[] = [];
  const batches = new Map<string, Batch>();
  const late = { reports: false };
  const move = (one: Moved) => void moved.push({ ...one, at: new Date() });
  move({ id: newId(), cents: 1_000_000 });

  function payOut({ sender_batch_header, items: [item] }: PayoutRequest): Done {
    const key = sender_batch_header.sender_batch_id;
    const known = batches.get(key);
    if (known) throw alreadyUsed(known.id);
    const cents = centsIn(item.amount.value);
    const [word = ''] = item.receiver.split('@');
    const state = { closed: 'FAILED', unclaimed: 'UNCLAIMED' }[word] ?? 'SUCCESS';
    const feeCents = state === 'FAILED' ? 0 : Math.ceil(cents / 50);
    const batch = { id: newId(), key, state, cents, feeCents, itemId: newId(), paid: newId() };
    batches.set(key, batch);
    if (state !== 'FAILED') move({ id: batch.paid, cents: -cents, feeCents });
    emit(`PAYMENT.PAYOUTS-ITEM.${state === 'SUCCESS' ? 'SUCCEEDED' : state}`, itemOf(batch));
    return { status: 201, json: { batch_header: { ...headerOf(batch), batch_status: 'PENDING' } } };
  }

  /** The receiver claims the money, or it comes back. */
  function endPayout(key: string, state: 'SUCCESS' | 'RETURNED') {
    const batch = batches.get(key);
    if (!batch) throw new Refused(404, 'INVALID_RESOURCE_ID');
    batch.state = state;
    if (state === 'RETURNED') move({ id: newId(), cents: batch.cents, feeCents: -batch.feeCents });
    emit(`PAYMENT.PAYOUTS-ITEM.${state === 'SUCCESS' ? 'SUCCEEDED' : state}`, itemOf(batch));
  }

  function getBatch(id: string): Done {
    const batch = [...batches.values()].find((one) => one.id === id);
    if (!batch) throw new Refused(404, 'INVALID_RESOURCE_ID');
    return { status: 200, json: { batch_header: headerOf(batch), items: [itemOf(batch)], total_items: 1, links: [] } };
  }

  function report({ start_date, end_date, page, page_size }: z.output<typeof shapes.reportQuery>): Done {
    const [start, end] = [Date.parse(start_date), Date.parse(end_date)];
    if (end - start > 31 * 86_400_000) throw new Refused(400, 'DATE_RANGE_TOO_LONG');
    const told = moved.filter(({ at }) => !late.reports && at.getTime() >= start && at.getTime() <= end).reverse();
    const rows = told.slice((page - 1) * page_size, page * page_size).map(reportOf);
    return { status: 200, json: { transaction_details: rows, total_pages: Math.ceil(told.length / page_size), page } };
  }

  function balances(): Done {
    const total = moved.reduce((sum, { cents, feeCents = 0 }) => sum + cents - feeCents, 0);
    const balance = { currency: 'USD', primary: true, total_balance: usd(total), available_balance: usd(total) };
    return { status: 200, json: { balances: [balance] } };
  }

  const { payout, nothing, reportQuery } = shapes;
  const routes: Route[] = [
    route({ method: 'POST', path: /^\/v1\/payments\/payouts$/, input: payout, answer: (_, input) => payOut(input) }),
    route({ method: 'GET', path: /^\/v1\/payments\/payouts\/(\w+)$/, input: nothing, answer: getBatch }),
    route({ method: 'GET', path: /^\/v1\/reporting\/balances$/, input: nothing, answer: balances }),
    route({
      method: 'GET',
      path: /^\/v1\/reporting\/transactions$/,
      input: reportQuery,
      answer: (_, query) => report(query),
    }),
  ];
  return { move, routes, endPayout, late };
}

/** Shows the batch that has used the id before, in the form that PayPal has for it. */
function alreadyUsed(id: string) {
  const issue = 'Batch with given sender_batch_id already exists';
  const link = [{ href: `https://api.paypal.com/v1/payments/payouts/${id}`, rel: 'self', method: 'GET' }];
  const details = [{ field: 'SENDER_BATCH_ID', location: 'body', issue, link }];
  return new Refused(400, 'USER_BUSINESS_ERROR', { name: 'USER_BUSINESS_ERROR', details });
}

function headerOf({ id, key, cents, feeCents }: Batch) {
  const money = { amount: flat(cents), fees: flat(feeCents) };
  return { payout_batch_id: id, batch_status: 'SUCCESS', sender_batch_header: { sender_batch_id: key }, ...money };
}

function itemOf({ id, key, itemId, state, feeCents, paid }: Batch) {
  const failed = state === 'SUCCESS' ? {} : { errors: { name: `RECEIVER_${state}`, message: 'See its name.' } };
  const ids = { payout_item_id: itemId, payout_batch_id: id, sender_batch_id: key, transaction_id: paid };
  return { ...ids, transaction_status: state, payout_item_fee: flat(feeCents), ...failed };
}

function flat(cents: number) {
  return { currency: 'USD', value: (cents / 100).toFixed(2) };
}

function reportOf({ id, at, cents, feeCents, invoiceId }: Moved & { at: Date }) {
  const info = {
    transaction_id: id,
    transaction_initiation_date: at.toISOString(),
    transaction_amount: usd(cents),
    transaction_status: 'S',
    ...(feeCents ? { fee_amount: usd(-feeCents) } : {}),
    ...(invoiceId ? { invoice_id: invoiceId, custom_field: invoiceId } : {}),
  };
  return { transaction_info: info };
}
