import { centsIn, type Emit, newId, type openAccount, usd } from './fake-paypal-account.ts';
import { type Done, Refused, type Route, route } from './fake-paypal-api.ts';
import { type OrderRequest, shapes } from './fake-paypal-shapes.ts';

/** What a payer does on the approval page. */
export type Decision = 'approve' | 'approveDeclined' | 'cancel';

type Account = ReturnType<typeof openAccount>;
type Link = { rel: string; href: string; method: string };
type Refund = { id: string; status: string; amount: object; cents: number; custom_id?: string; create_time: string };
type Capture = {
  id: string;
  status: string;
  amount: object;
  cents: number;
  invoice_id: string;
  create_time: string;
  seller_receivable_breakdown?: object;
  supplementary_data: { related_ids: { order_id: string } };
};
type Order = {
  id: string;
  status: string;
  asked: OrderRequest;
  captures: Capture[];
  refunds: Refund[];
  token: string | null;
  walletLater: boolean;
  instrument: 'works' | 'declined';
  links: Link[];
};

/** Orders, wallets, captures and refunds. */
export function openOrders(account: Account, emit: Emit, page: { url: string }) {
  const orders = new Map<string, Order>();
  const wallets = new Set<string>();
  const next = { refused: false, pending: false, walletLater: false };
  const approveUrl = (id: string) => `${page.url}/checkoutnow?token=${id}`;

  function create(asked: OrderRequest): Done {
    const source = asked.payment_source.paypal;
    const id = newId();
    const links = [{ rel: 'payer-action', href: approveUrl(id), method: 'GET' }];
    const parts = { captures: [], refunds: [], token: null, walletLater: false, instrument: 'works' as const };
    const base = { id, asked, links, ...parts };
    const order: Order = { ...base, status: 'PAYER_ACTION_REQUIRED' };
    if (!('vault_id' in source)) {
      orders.set(id, order);
      return { status: 201, json: tell(order) };
    }
    if (!wallets.has(source.vault_id)) throw new Refused(422, 'TOKEN_ID_NOT_FOUND');
    if (next.refused) {
      next.refused = false;
      throw new Refused(422, 'INSTRUMENT_DECLINED');
    }
    orders.set(id, { ...order, status: 'APPROVED', links: [] });
    return capture(id);
  }

  function capture(id: string): Done {
    const order = find(id);
    if (order.status === 'COMPLETED') throw new Refused(422, 'ORDER_ALREADY_CAPTURED');
    if (order.status !== 'APPROVED') throw new Refused(422, 'ORDER_NOT_APPROVED');
    const links = [{ rel: 'redirect', href: approveUrl(id), method: 'GET' }];
    if (order.instrument === 'declined') throw new Refused(422, 'INSTRUMENT_DECLINED', { links });
    const { invoice_id } = order.asked.purchase_units[0];
    const paid = [...orders.values()].flatMap(({ captures }) => captures);
    if (paid.some((one) => one.invoice_id === invoice_id)) throw new Refused(422, 'DUPLICATE_INVOICE_ID');
    order.status = 'COMPLETED';
    order.captures.push(newCapture(order, next.pending));
    next.pending = false;
    keepWallet(order);
    settle(order);
    return { status: 201, json: tell(order) };
  }

  function settle({ captures: [made] }: Order) {
    if (!made) return;
    const feeCents = Math.round(made.cents * 0.0349) + 49;
    emit(`PAYMENT.CAPTURE.${made.status}`, made);
    if (made.status === 'PENDING') return;
    account.move({ id: made.id, cents: made.cents, feeCents, invoiceId: made.invoice_id });
  }

  function keepWallet(order: Order) {
    const source = order.asked.payment_source.paypal;
    if (!('attributes' in source) || !source.attributes) return;
    order.token = newId();
    order.walletLater = next.walletLater;
    next.walletLater = false;
    wallets.add(order.token);
    emit('VAULT.PAYMENT-TOKEN.CREATED', { id: order.token, metadata: { order_id: order.id } });
  }

  function refund(captureId: string, asked: { amount: { value: string }; custom_id: string }): Done {
    const { order, made } = findCapture(captureId);
    const cents = centsIn(asked.amount.value);
    const given = order.refunds.reduce((sum, one) => sum + one.cents, 0);
    if (given + cents > made.cents) throw new Refused(422, 'REFUND_AMOUNT_EXCEEDED');
    const { custom_id } = asked;
    const back = { id: newId(), status: 'COMPLETED', amount: usd(cents), cents, custom_id, create_time: now() };
    order.refunds.push(back);
    made.status = given + cents === made.cents ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
    account.move({ id: back.id, cents: -cents });
    const links = [{ rel: 'up', href: `https://api.paypal.com/v2/payments/captures/${captureId}`, method: 'GET' }];
    emit('PAYMENT.CAPTURE.REFUNDED', { ...back, links });
    return { status: 201, json: { ...back, links } };
  }

  function find(id: string): Order {
    const order = orders.get(id);
    if (!order) throw new Refused(404, 'INVALID_RESOURCE_ID');
    return order;
  }

  function findCapture(id: string) {
    for (const order of orders.values()) for (const made of order.captures) if (made.id === id) return { order, made };
    throw new Refused(404, 'INVALID_RESOURCE_ID');
  }

  /** Does what the payer decides on the page, and tells where the browser goes. */
  function decide(id: string, decision: Decision): string {
    const order = find(id);
    const source = order.asked.payment_source.paypal;
    if ('vault_id' in source) throw new Refused(404, 'INVALID_RESOURCE_ID');
    const { return_url, cancel_url } = source.experience_context;
    const target = new URL(decision === 'cancel' ? cancel_url : return_url);
    target.searchParams.set('token', id);
    if (decision === 'cancel' || order.status === 'COMPLETED') return target.href;
    order.status = 'APPROVED';
    order.instrument = decision === 'approve' ? 'works' : 'declined';
    emit('CHECKOUT.ORDER.APPROVED', tell(order));
    target.searchParams.set('PayerID', 'FAKEPAYER');
    return target.href;
  }

  /** A refund that is made on PayPal's own pages: it carries what the order carried. */
  function giveBack(captureId: string, dollars: number) {
    const { custom_id } = findCapture(captureId).order.asked.purchase_units[0];
    refund(captureId, { amount: usd(dollars * 100), custom_id });
  }

  /** Ends the wait of a capture that is pending. */
  function clear(id: string, status: 'COMPLETED' | 'DECLINED') {
    const { captures } = find(id);
    const [made] = captures;
    if (made?.status !== 'PENDING') throw new Refused(422, 'NOT_PENDING');
    captures[0] = { ...made, status, ...(status === 'COMPLETED' ? breakdownOf(made.cents) : {}) };
    if (status === 'COMPLETED') settle(find(id));
    else emit('PAYMENT.CAPTURE.DECLINED', captures[0]);
  }

  const routes: Route[] = ordersRoutes({ create, capture, find, findCapture, refund, wallets });
  return { routes, decide, clear, giveBack, findCapture, next, forgetOrder: (id: string) => void orders.delete(id) };
}

type Doing = {
  create(asked: OrderRequest): Done;
  capture(id: string): Done;
  find(id: string): Order;
  findCapture(id: string): { made: Capture };
  refund(id: string, asked: { amount: { value: string }; custom_id: string }): Done;
  wallets: Set<string>;
};

function ordersRoutes({ create, capture, find, findCapture, refund, wallets }: Doing): Route[] {
  const { order: input, nothing, refund: refunded } = shapes;
  const orders = '^/v2/checkout/orders';
  const captures = '^/v2/payments/captures/(\\w+)';
  const token = /^\/v3\/vault\/payment-tokens\/(\w+)$/;
  const forget = (id: string) => {
    if (!wallets.delete(id)) throw new Refused(404, 'INVALID_RESOURCE_ID');
    return { status: 204, json: undefined };
  };
  return [
    route({ method: 'POST', path: new RegExp(`${orders}$`), input, answer: (_, asked) => create(asked) }),
    route({
      method: 'GET',
      path: new RegExp(`${orders}/(\\w+)$`),
      input: nothing,
      answer: (id) => ({ status: 200, json: tell(find(id)) }),
    }),
    route({ method: 'POST', path: new RegExp(`${orders}/(\\w+)/capture$`), input: nothing, answer: capture }),
    route({
      method: 'GET',
      path: new RegExp(`${captures}$`),
      input: nothing,
      answer: (id) => ({ status: 200, json: findCapture(id).made }),
    }),
    route({ method: 'POST', path: new RegExp(`${captures}/refund$`), input: refunded, answer: refund }),
    route({ method: 'DELETE', path: token, input: nothing, answer: forget }),
  ];
}

function now() {
  return new Date().toISOString();
}

function breakdownOf(cents: number) {
  const fee = Math.round(cents * 0.0349) + 49;
  const parts = { gross_amount: usd(cents), paypal_fee: usd(fee), net_amount: usd(cents - fee) };
  return { seller_receivable_breakdown: parts };
}

function newCapture({ id, asked }: Order, pending: boolean): Capture {
  const { amount, invoice_id, custom_id } = asked.purchase_units[0];
  const cents = centsIn(amount.value);
  const order = { supplementary_data: { related_ids: { order_id: id } } };
  const ids = { id: newId(), custom_id, invoice_id, create_time: now(), final_capture: true, ...order };
  if (pending) return { ...ids, status: 'PENDING', amount, cents };
  return { ...ids, status: 'COMPLETED', amount, cents, ...breakdownOf(cents) };
}

/** An order as PayPal shows it. */
function tell({ id, status, asked, captures, refunds, token, walletLater, links }: Order) {
  const payments = captures.length > 0 ? { payments: { captures, refunds } } : {};
  const vault = { id: token, status: walletLater ? 'APPROVED' : 'VAULTED', customer: { id: 'CUST' } };
  const attributes = token ? { attributes: { vault } } : {};
  const paypal = { email_address: 'payer@example.com', account_id: 'FAKEPAYER', ...attributes };
  const units = [{ ...asked.purchase_units[0], ...payments }];
  return { id, status, intent: asked.intent, purchase_units: units, payment_source: { paypal }, links };
}
