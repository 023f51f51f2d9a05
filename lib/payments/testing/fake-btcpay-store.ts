import { randomBytes } from 'node:crypto';

type PaymentState = 'Processing' | 'Settled' | 'Invalid';
type PayoutState = 'AwaitingApproval' | 'AwaitingPayment' | 'InProgress' | 'Completed' | 'Cancelled';
export type Body = Record<string, unknown>;

type Invoice = {
  id: string;
  amount: string;
  checkoutLink: string;
  createdTime: number;
  status: 'New' | 'Processing' | 'Expired' | 'Invalid' | 'Settled';
  additionalStatus: 'None' | 'PaidLate' | 'PaidPartial' | 'PaidOver';
  metadata: { orderId?: string };
  redirectURL: string;
  payments: { id: string; receivedDate: number; value: string; fee: string; status: PaymentState }[];
};
type Allowance = { id: string; name: string; amount: string; currency: string; archived: boolean };
type Payout = {
  id: string;
  date: number;
  pullPaymentId: string;
  destination: string;
  originalCurrency: 'USD';
  originalAmount: string;
  state: PayoutState;
};

type Emit = (type: string, about: object) => void;

/** Dollars for a coin, fixed in every invoice. */
const rate = 64_392.23;

/** What the fake refuses, as the server would. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.body = status === 422 ? [{ path: code, message: `${code} is not valid` }] : { code, message: code };
  }
}

/** What a store of a BTCPay Server keeps and does, for its API, its pages and the tests alike. */
export function openStore(emit: Emit) {
  const [invoices, allowances, payouts] = [
    new Map<string, Invoice>(),
    new Map<string, Allowance>(),
    new Map<string, Payout>(),
  ];
  let url = '';
  let held = false;

  const invoiceOf = (id: string) => invoices.get(id) ?? refuse(404, 'invoice-not-found');
  const worth = ({ payments }: Invoice) =>
    payments.reduce((sum, { value, status }) => sum + (status === 'Invalid' ? 0 : Number(value) * rate), 0);

  function openInvoice(body: Body) {
    const {
      amount,
      currency,
      metadata = {},
      checkout = {},
    } = body as { amount: string; currency: string; metadata?: Body; checkout?: Body };
    if (!/^\d+(\.\d+)?$/.test(amount) || Number(amount) <= 0) refuse(422, 'amount');
    if (currency !== 'USD') refuse(422, 'currency');
    const id = randomBytes(11).toString('hex');
    const fresh = { status: 'New', additionalStatus: 'None', payments: [], createdTime: now() } as const;
    const links = { checkoutLink: `${url}/i/${id}`, redirectURL: String(checkout.redirectURL ?? '') };
    const invoice: Invoice = { id, amount, metadata, ...links, ...fresh, payments: [] };
    invoices.set(id, invoice);
    emit('InvoiceCreated', { invoiceId: id });
    return invoice;
  }

  /** A payment arrives; it is worth `dollars`, or what is due, and waits for blocks unless it is to be settled at once. */
  function pay(invoiceId: string, { dollars, settled = true }: { dollars?: number; settled?: boolean } = {}) {
    const invoice = invoiceOf(invoiceId);
    const due = dollars ?? Math.max(0, Number(invoice.amount) - worth(invoice));
    const value = (Math.ceil((due / rate) * 1e8) / 1e8).toFixed(8);
    const id = `${randomBytes(32).toString('hex')}-0`;
    invoice.payments.push({ id, receivedDate: now(), value, fee: '0', status: 'Processing' });
    const over = worth(invoice) - Number(invoice.amount);
    if (invoice.status === 'Expired') invoice.additionalStatus = over > -0.005 ? 'PaidLate' : 'PaidPartial';
    else if (over > 0.01) invoice.additionalStatus = 'PaidOver';
    if (invoice.status === 'New' && over > -0.005) invoice.status = 'Processing';
    emit('InvoiceReceivedPayment', { invoiceId, payment: { id, value, status: 'Processing' } });
    if (settled) settle(invoiceId);
    return id;
  }

  /** Blocks have come, or never will: what waited is settled, or invalid. */
  function settle(invoiceId: string, outcome: 'Settled' | 'Invalid' = 'Settled') {
    const invoice = invoiceOf(invoiceId);
    for (const payment of invoice.payments.filter(({ status }) => status === 'Processing')) {
      payment.status = outcome;
      if (outcome === 'Settled') emit('InvoicePaymentSettled', { invoiceId, payment: { id: payment.id } });
    }
    if (invoice.status !== 'Processing') return;
    invoice.status = outcome;
    emit(`Invoice${outcome}`, { invoiceId });
  }

  function expire(invoiceId: string) {
    const invoice = invoiceOf(invoiceId);
    if (invoice.status !== 'New') refuse(400, 'invalid-state');
    const partiallyPaid = invoice.payments.length > 0;
    Object.assign(invoice, { status: 'Expired', additionalStatus: partiallyPaid ? 'PaidPartial' : 'None' });
    emit('InvoiceExpired', { invoiceId, partiallyPaid });
  }

  function openAllowance({ name = '', amount, currency }: Body) {
    if (!/^\d+(\.\d+)?$/.test(String(amount))) refuse(422, 'amount');
    const id = randomBytes(15).toString('hex');
    const allowance = { id, name: String(name), amount: String(amount), currency: String(currency), archived: false };
    allowances.set(id, allowance);
    return allowance;
  }

  function draw(body: Body) {
    const {
      destination = '',
      amount = '',
      pullPaymentId = '',
      approved,
      payoutMethodId,
    } = body as Record<string, string>;
    const allowance = allowances.get(pullPaymentId) ?? refuse(404, 'pullpayment-not-found');
    if (allowance.archived) refuse(400, 'archived');
    if (!/^(bcrt1\w{10,90}|\S+@\S+)$/.test(destination) || destination.startsWith('closed@'))
      refuse(422, 'destination');
    if (payoutMethodId !== (destination.includes('@') ? 'BTC-LN' : 'BTC-CHAIN'))
      refuse(400, 'payment-method-not-supported');
    const live = [...payouts.values()].filter(({ state }) => state !== 'Cancelled');
    const used = live
      .filter((payout) => payout.pullPaymentId === pullPaymentId)
      .reduce((sum, { originalAmount }) => sum + Number(originalAmount), 0);
    if (used + Number(amount) > Number(allowance.amount)) refuse(400, 'overdraft');
    if (live.some((payout) => payout.destination === destination && payout.state !== 'Completed'))
      refuse(400, 'duplicate-destination');
    const id = randomBytes(15).toString('hex');
    const state: PayoutState = !approved ? 'AwaitingApproval' : held ? 'AwaitingPayment' : 'Completed';
    const payout: Payout = {
      id,
      date: now(),
      pullPaymentId,
      destination,
      originalCurrency: 'USD',
      originalAmount: amount,
      state,
    };
    payouts.set(id, payout);
    emit('PayoutCreated', { payoutId: id, pullPaymentId, payoutState: state });
    return payout;
  }

  /** Whoever pays for the store approves, pays or cancels. */
  function movePayout(id: string, state: PayoutState) {
    const payout = payouts.get(id) ?? refuse(404, 'payout-not-found');
    if (payout.state === 'Completed' || payout.state === 'Cancelled') refuse(400, 'invalid-state');
    payout.state = state;
    emit('PayoutUpdated', { payoutId: id, payoutState: state });
  }

  function archive(id: string) {
    const allowance = allowances.get(id) ?? refuse(404, 'pullpayment-not-found');
    allowance.archived = true;
    for (const payout of payouts.values())
      if (payout.pullPaymentId === id && payout.state !== 'Completed') payout.state = 'Cancelled';
  }

  function listInvoices(query: URLSearchParams) {
    const orders = query.getAll('orderId');
    const wanted = [...invoices.values()]
      .filter(({ metadata }) => orders.length === 0 || orders.includes(metadata.orderId ?? ''))
      .filter(({ createdTime }) => createdTime >= Number(query.get('startDate') ?? 0));
    const skip = Number(query.get('skip') ?? 0);
    return wanted.toReversed().slice(skip, skip + Number(query.get('take') ?? 50));
  }

  return {
    ...{ openInvoice, invoiceOf, listInvoices, pay, settle, expire },
    ...{ openAllowance, archive, draw, movePayout },
    methodsOf: (id: string) => {
      const { payments } = invoiceOf(id);
      return [{ paymentMethodId: 'BTC-CHAIN', currency: 'BTC', rate: rate.toFixed(2), payments }];
    },
    allowances: () => [...allowances.values()],
    payouts: () => [...payouts.values()],
    moveTo: (address: string) => {
      url = address;
    },
    holdPayouts: (hold: boolean) => {
      held = hold;
    },
  };
}

/** Refuses, with the server's own code. */
export function refuse(status: number, code: string): never {
  throw new Refusal(status, code);
}

/** The moment, as the server writes it. */
export function now() {
  return Math.floor(Date.now() / 1000);
}
