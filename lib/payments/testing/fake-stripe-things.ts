import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import { Refusal } from './stripe-params.ts';

/** Cards of the test mode, by what becomes of a payment with them. */
export type Card = 'works' | 'declines' | 'asks' | 'slow';

type Base = { id: string; created: number; livemode: false; metadata: Record<string, string> };

export type Session = Base & {
  object: 'checkout.session';
  amount_total: number;
  cancel_url: string;
  client_reference_id: string | null;
  currency: 'usd';
  customer: string | null;
  payment_intent: string | null;
  payment_status: 'paid' | 'unpaid';
  status: 'open' | 'complete' | 'expired';
  success_url: string;
  url: string | null;
};

export type Intent = Base & {
  object: 'payment_intent';
  amount: number;
  currency: 'usd';
  customer: string | null;
  last_payment_error: { code: string; decline_code?: string; type: 'card_error' } | null;
  latest_charge: string | null;
  payment_method: string | null;
  setup_future_usage: string | null;
  status: 'requires_payment_method' | 'processing' | 'succeeded';
};

export type Charge = Base & {
  object: 'charge';
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  balance_transaction: string;
  currency: 'usd';
  disputed: boolean;
  payment_intent: string;
  status: 'succeeded';
};

export type Refund = Base & {
  object: 'refund';
  amount: number;
  charge: string;
  currency: 'usd';
  payment_intent: string;
  status: 'succeeded';
};

export type Dispute = Base & {
  object: 'dispute';
  amount: number;
  balance_transactions: Movement[];
  charge: string;
  currency: 'usd';
  payment_intent: string;
  status: 'needs_response' | 'won' | 'lost' | 'warning_needs_response';
};

export type Transfer = Base & {
  object: 'transfer';
  amount: number;
  amount_reversed: number;
  currency: 'usd';
  destination: string;
  reversed: boolean;
  transfer_group: string | null;
};

export type Method = Base & {
  object: 'payment_method';
  card: { brand: 'visa'; last4: string };
  customer: string | null;
  type: 'card';
};

export type Movement = Base & {
  object: 'balance_transaction';
  amount: number;
  currency: 'usd';
  fee: number;
  net: number;
  source: string;
  type: string;
};

export type Account = Base & {
  object: 'v2.core.account';
  closed: boolean;
  configuration: { recipient: { capabilities: { stripe_balance: { stripe_transfers: { status: string } } } } };
  requirements: { entries: { awaiting_action_from: 'user'; description: string }[] };
};

export type Thing = Session | Intent | Charge | Refund | Dispute | Transfer | Method | Movement | Account;
export type Kind = Thing['object'];
export type Of<K extends Kind> = Extract<Thing, { object: K }>;

const prefixes: Record<Kind, string> = {
  'checkout.session': 'cs_test_',
  payment_intent: 'pi_',
  charge: 'ch_',
  refund: 're_',
  dispute: 'du_',
  transfer: 'tr_',
  payment_method: 'pm_',
  balance_transaction: 'txn_',
  'v2.core.account': 'acct_',
};

/** All that a fake Stripe remembers, by id, in the order in which it was made. */
export class Things {
  readonly #things = new Map<string, Thing>();

  add<K extends Kind>(object: K, fields: Omit<Of<K>, 'object' | keyof Base> & { metadata?: Stripe.MetadataParam }) {
    const id = prefixes[object] + randomBytes(12).toString('hex');
    const created = Math.floor(Date.now() / 1000);
    const thing = { id, object, created, livemode: false, metadata: {}, ...fields } as unknown as Of<K>;
    this.#things.set(id, thing);
    return thing;
  }

  get<K extends Kind>(object: K, id: string | null | undefined): Of<K> {
    const thing = this.#things.get(id ?? '');
    if (thing?.object !== object) throw new Refusal(404, 'resource_missing', { param: 'id' });
    return thing as Of<K>;
  }

  all<K extends Kind>(object: K): Of<K>[] {
    return [...this.#things.values()].filter((thing): thing is Of<K> => thing.object === object);
  }

  /** A thing as it is answered: ids along the asked paths are spelled out, four steps deep at most. */
  expand(thing: Thing, paths: string[]): unknown {
    const copy: Record<string, unknown> = structuredClone(thing);
    for (const path of paths) {
      const [field = '', ...rest] = path.split('.');
      if (rest.length > 3 || !(field in copy))
        throw new Refusal(400, 'property_cannot_be_expanded', { param: 'expand' });
      const id = copy[field];
      const meant = this.#things.get(typeof id === 'string' ? id : ((id as Thing | null)?.id ?? ''));
      if (meant) copy[field] = this.expand(meant, rest.length ? [rest.join('.')] : []);
    }
    return copy;
  }

  /** A page of a list, newest first, of those that have the asked values. */
  list(object: Kind, { limit = 10, starting_after, created, expand: _, ...asked }: ListParams): unknown {
    const wanted = this.all<Kind>(object)
      .filter((thing) => thing.created >= Number(created?.gte ?? 0))
      .filter((thing) => Object.entries(asked).every(([name, value]) => Reflect.get(thing, name) === value))
      .toReversed();
    const first = starting_after ? wanted.findIndex(({ id }) => id === starting_after) + 1 : 0;
    const data = wanted.slice(first, first + Number(limit));
    return { object: 'list', data, has_more: first + data.length < wanted.length, url: '/v1/list' };
  }
}

/** What lists may be asked for beside the fields of what they hold. */
export type ListParams = {
  limit?: number;
  starting_after?: string;
  created?: { gte?: number };
  expand?: string[];
  [field: string]: unknown;
};
