import type Stripe from 'stripe';
import type { openDesk } from './fake-stripe-desk.ts';
import type { Card, Kind, ListParams, Thing, Things } from './fake-stripe-things.ts';
import { Refusal, readParams } from './stripe-params.ts';

type Desk = ReturnType<typeof openDesk>;
type IntentData = Stripe.Checkout.SessionCreateParams.PaymentIntentData;

/** What the API and the hosted pages both keep in mind. */
export type Memory = {
  url: string;
  things: Things;
  desk: Desk;
  /** What each page was asked to do with its payment. */
  intentData: Map<string, IntentData>;
  links: Map<string, { account: string; returnUrl: string; refreshUrl: string }>;
  /** How the next charge of a saved card goes, when it is not to go as its card does. */
  nextCharge: Card | undefined;
};

type Route = { type: string; keyed: boolean; answer: (params: never, id: string) => unknown };

/** The calls that our adapter makes, each with the SDK's type of its parameters; all others are unknown here. */
export function routesOf(memory: Memory): Record<string, Route> {
  const { things, desk } = memory;
  const get = (type: string, object: Kind): Route => ({
    type,
    keyed: false,
    answer: ({ expand = [] }: { expand?: string[] }, id) => things.expand(things.get(object, id), expand),
  });
  const list = (type: string, object: Kind): Route => ({
    type,
    keyed: false,
    answer: (params: ListParams) => things.list(object, params),
  });
  const make = <Params>(type: string, answer: (params: Params) => Thing): Route => ({ type, keyed: true, answer });

  return {
    'POST /v1/checkout/sessions': make(
      'Checkout/Sessions:Checkout.SessionCreateParams',
      (params: Stripe.Checkout.SessionCreateParams) => openPage(memory, params),
    ),
    'GET /v1/checkout/sessions': list('Checkout/Sessions:Checkout.SessionListParams', 'checkout.session'),
    'GET /v1/checkout/sessions/:id': get('Checkout/Sessions:Checkout.SessionRetrieveParams', 'checkout.session'),
    'POST /v1/payment_intents': make(
      'PaymentIntents:PaymentIntentCreateParams',
      (params: Stripe.PaymentIntentCreateParams) => charge(memory, params),
    ),
    'GET /v1/payment_intents': list('PaymentIntents:PaymentIntentListParams', 'payment_intent'),
    'GET /v1/payment_intents/:id': get('PaymentIntents:PaymentIntentRetrieveParams', 'payment_intent'),
    'GET /v1/payment_methods/:id': get('PaymentMethods:PaymentMethodRetrieveParams', 'payment_method'),
    'POST /v1/payment_methods/:id/detach': {
      type: 'PaymentMethods:PaymentMethodDetachParams',
      keyed: false,
      answer: (_: object, id) => detach(memory, id),
    },
    'POST /v1/refunds': make('Refunds:RefundCreateParams', ({ charge, amount, metadata }: Stripe.RefundCreateParams) =>
      desk.giveBack(things.get('charge', charge), amount ?? 0, metadata || {}),
    ),
    'GET /v1/refunds': list('Refunds:RefundListParams', 'refund'),
    'GET /v1/disputes': list('Disputes:DisputeListParams', 'dispute'),
    'POST /v1/transfers': make('Transfers:TransferCreateParams', desk.transfer),
    'GET /v1/transfers': list('Transfers:TransferListParams', 'transfer'),
    'GET /v1/balance': { type: 'Balance:BalanceRetrieveParams', keyed: false, answer: () => balanceOf(desk) },
    'GET /v1/balance_transactions': list('BalanceTransactions:BalanceTransactionListParams', 'balance_transaction'),
    'POST /v2/core/accounts': make(
      'V2/Core/Accounts:V2.Core.AccountCreateParams',
      (params: Stripe.V2.Core.AccountCreateParams) => {
        const asked = params.configuration?.recipient?.capabilities?.stripe_balance?.stripe_transfers?.requested;
        if (!asked) throw new Refusal(400, 'capability_not_requested');
        return desk.openAccount(params.metadata ?? {});
      },
    ),
    'GET /v2/core/accounts/:id': get('V2/Core/Accounts:V2.Core.AccountRetrieveParams', 'v2.core.account'),
    'POST /v2/core/account_links': {
      type: 'V2/Core/AccountLinks:V2.Core.AccountLinkCreateParams',
      keyed: false,
      answer: (params: Stripe.V2.Core.AccountLinkCreateParams) => link(memory, params),
    },
  };
}

/** Reads the parameters of a call by its type, or refuses them. */
export function paramsOf(route: Route, raw: Parameters<typeof readParams>[1]): never {
  return readParams(route.type, raw) as never;
}

function openPage({ url, things, intentData }: Memory, params: Stripe.Checkout.SessionCreateParams) {
  const { mode, success_url, cancel_url = '', customer, payment_intent_data = {}, line_items = [] } = params;
  if (mode !== 'payment' || !success_url) throw new Refusal(400, 'parameter_missing', { param: 'success_url' });
  if (customer && params.customer_email) throw new Refusal(400, 'parameters_exclusive');
  if (line_items.some(({ price_data }) => price_data?.currency !== 'usd')) throw new Refusal(400, 'currency_unknown');
  const amount_total = line_items.reduce(
    (sum, line) => sum + (line.price_data?.unit_amount ?? 0) * (line.quantity ?? 0),
    0,
  );
  if (amount_total < 50) throw new Refusal(400, 'amount_too_small');
  const named = { client_reference_id: params.client_reference_id ?? null, metadata: params.metadata ?? {} };
  const page = {
    amount_total,
    currency: 'usd',
    payment_intent: null,
    payment_status: 'unpaid',
    status: 'open',
  } as const;
  const session = things.add('checkout.session', {
    ...named,
    ...page,
    success_url,
    cancel_url,
    customer: customer ?? null,
    url: null,
  });
  session.url = `${url}/c/pay/${session.id}`;
  intentData.set(session.id, payment_intent_data);
  return session;
}

function charge(memory: Memory, params: Stripe.PaymentIntentCreateParams) {
  const { things, desk } = memory;
  const { amount, customer, payment_method = '', automatic_payment_methods: methods, metadata } = params;
  if (amount < 50) throw new Refusal(400, 'amount_too_small');
  if (!params.confirm || !params.off_session) throw new Refusal(400, 'not_off_session');
  if (methods?.allow_redirects !== 'never' && !params.return_url)
    throw new Refusal(400, 'parameter_missing', { param: 'return_url' });
  if (!customer || things.get('payment_method', payment_method).customer !== customer)
    throw new Refusal(400, 'payment_method_not_attached');
  const fresh = { last_payment_error: null, latest_charge: null, setup_future_usage: null } as const;
  const named = { customer, payment_method, currency: 'usd', metadata: metadata ?? {} } as const;
  const intent = things.add('payment_intent', { ...fresh, ...named, amount, status: 'requires_payment_method' });
  const card = memory.nextCharge;
  memory.nextCharge = undefined;
  desk.chargeCard(intent, card);
  return intent;
}

function detach({ things }: Memory, id: string) {
  const method = things.get('payment_method', id);
  if (method.customer === null) throw new Refusal(400, 'payment_method_not_attached');
  method.customer = null;
  return method;
}

function link({ url, things, links }: Memory, { account, use_case }: Stripe.V2.Core.AccountLinkCreateParams) {
  const { return_url = '', refresh_url = '' } = use_case.account_onboarding ?? {};
  const { id } = things.get('v2.core.account', account);
  const name = `${id}-${links.size}`;
  links.set(name, { account: id, returnUrl: return_url, refreshUrl: refresh_url });
  return { object: 'v2.core.account_link', account: id, url: `${url}/setup/${name}`, livemode: false };
}

function balanceOf(desk: Desk) {
  const available = [{ amount: desk.available(), currency: 'usd' }];
  return { object: 'balance', available, pending: [{ amount: 0, currency: 'usd' }], livemode: false };
}
