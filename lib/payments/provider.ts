import { UpstreamError } from '../errors.ts';

/** An amount in the smallest units that the ledger keeps of a currency (micro-dollars, satoshi, millionths of USDC). */
export type Money = { currency: string; amount: bigint };

/** A person of ours, as far as a provider may know them. */
export type Party = { id: string; email: string; name: string };

/** What one provider can do; the pages offer nothing else. */
export type Capabilities = {
  topUp: boolean;
  /** Whether money can be taken later without the person, by a method that they saved. */
  autoTopUp: boolean;
  refund: 'partial' | 'manual' | 'none';
  /** `direct` pays when asked; `batch` makes a file that an admin signs elsewhere. */
  payout: 'direct' | 'batch' | 'none';
  /** Whether owners first introduce themselves to the provider (`beginPayee`). */
  onboarding: boolean;
  /** Whether any amount that arrives is credited, or only the one that was asked for. */
  anyAmount: boolean;
};

/** What a person does next to finish a top-up. */
export type TopUpAction =
  | { kind: 'redirect'; url: string }
  | { kind: 'button'; id: string; fallbackUrl: string }
  | { kind: 'address'; uri: string; address: string; amount: string }
  | { kind: 'none' };

/** A way to pay that a person allowed us to use again; `label` is what they recognise it by. */
export type SavedMethod = { reference: string; label: string };

/** Money that really arrived for a top-up; `fee` is what the provider kept of it, null until that is known. */
export type Payment = { id: string; received: Money; fee: Money | null; at: Date };

/** Money on its way back to where it came from; `key` is ours, null when it was started at the provider. */
export type Refund = { id: string; key: string | null; paymentId: string; amount: Money; at: Date } & (
  | { state: 'pending' | 'succeeded' }
  | { state: 'failed'; reason: string }
);

/** A payment that its payer contests. While it is open, and when it is lost, the provider has taken the money back. */
export type Dispute = {
  id: string;
  paymentId: string;
  amount: Money;
  fee: Money;
  state: 'open' | 'won' | 'lost';
  at: Date;
};

/**
 * Everything a provider knows of one top-up: the truth that the books follow. What is missing from a later answer
 * (as a payment in a block that the chain dropped) has not happened.
 */
export type TopUpStatus = {
  /** Our id as the provider has it; null when it has none. */
  topUpId: string | null;
  progress:
    | { state: 'pending' | 'processing' | 'succeeded' | 'expired' | 'cancelled' }
    | { state: 'requiresAction'; action: TopUpAction }
    | { state: 'failed'; reason: string };
  payments: Payment[];
  refunds: Refund[];
  disputes: Dispute[];
  savedMethod: SavedMethod | null;
};

/** How a payout stands; `fee` is what the provider took from us on top. */
export type PayoutStatus = { reference: string; fee: Money | null } & (
  | { state: 'submitted' | 'unclaimed' | 'paid' }
  | { state: 'returned' | 'failed'; reason: string }
);

/** What a webhook is about; `references` are those of top-ups, `payoutKeys` ours of payouts. */
export type WebhookEvent = { eventId: string; type: string; references: string[]; payoutKeys: string[] };

/** One movement on the broker's account at a provider, for reconciliation; `amount` is positive for what came in. */
export type ProviderTransaction = { reference: string; at: Date; amount: Money; fee: Money };

/** A locked price: `amount` of a currency buys `dollars` (micro-dollars) until `until`. */
export type Quote = Money & { dollars: bigint; until: Date };

/** What a provider needs to begin a top-up. Only chains look at `quote` and `addressIndex`. */
export type TopUpRequest = {
  topUpId: string;
  /** Micro-dollars. */
  amount: bigint;
  party: Party;
  returnUrl: string;
  cancelUrl: string;
  saveMethod: boolean;
  key: string;
  quote: Quote | null;
  addressIndex: number;
};

/**
 * What the broker needs from a company, or a chain, that moves money. An adapter never touches the ledger; it speaks
 * these words, converts amounts exactly, and fails with PaymentError. Every call that changes something takes our
 * own `key`, which is stored before the call and makes repeating it harmless for `keyHours`.
 */
export type PaymentProvider = {
  readonly id: string;
  /** What those who pay call it. */
  readonly name: string;
  /** What owners who are paid call it, where that is another name. */
  readonly payoutName?: string;
  readonly capabilities: Capabilities;
  /** The currency in which it receives; anything but USD is quoted. */
  readonly currency: string;
  /** For how long it recognises a repeated key. */
  readonly keyHours: number;
  /** The same for payouts, where that is longer. */
  readonly payoutKeyHours?: number;
  /** The smallest top-up and payout that it makes sense for, in micro-dollars. */
  readonly least: { topUp: bigint; payout: bigint };
  /** What the provider will keep of a top-up or take for a payout, as far as it can be known before; micro-dollars. */
  estimateFee(amount: bigint, direction: 'in' | 'out'): bigint;

  /** Starts a top-up; the person finishes it by the action. */
  beginTopUp(request: TopUpRequest): Promise<{ reference: string; action: TopUpAction }>;
  /** Takes the money that the person has approved, where that is a step of its own; harmless before they have. */
  completeTopUp?(topUp: { reference: string; key: string }): Promise<TopUpStatus>;
  /** The truth about a top-up; webhooks and return addresses only cause this question. */
  getTopUp(reference: string): Promise<TopUpStatus>;
  /** Takes money by a saved method; a refusal is a status, not an error. */
  chargeSaved?(charge: {
    topUpId: string;
    amount: bigint;
    party: Party;
    savedMethod: string;
    returnUrl: string;
    key: string;
  }): Promise<{ reference: string; status: TopUpStatus }>;
  /**
   * The reference of a charge whose answer was lost; null when the provider certainly never heard of it. One that cannot
   * tell yet throws `unknown`: charge again under the same key, or ask later.
   */
  findTopUp?(lost: { topUpId: string; savedMethod: string | null; since: Date }): Promise<string | null>;
  forgetMethod?(savedMethod: string): Promise<void>;
  refund?(refund: { reference: string; paymentId: string; amount: bigint; key: string }): Promise<Refund>;

  /** Where an owner proves to the provider who they are; `payee` continues what was begun before. */
  beginPayee?(payee: {
    party: Party;
    payee: string | null;
    returnUrl: string;
    refreshUrl: string;
  }): Promise<{ payee: string; url: string }>;
  getPayee?(payee: string): Promise<{ ready: boolean; missing: string[] }>;
  /** What a destination that a person typed means to us: the form that is kept, or null when it can be none. */
  readDestination?(typed: string): string | null;
  beginPayout?(payout: { payoutId: string; destination: string; amount: bigint; key: string }): Promise<PayoutStatus>;
  /**
   * What became of a payout, by our key, and by the reference where one was answered; null when the provider has
   * certainly never heard of it. A provider that cannot tell throws `unknown`: begin it again under its key.
   */
  findPayout?(payout: {
    key: string;
    destination: string;
    since: Date;
    reference?: string | null;
  }): Promise<PayoutStatus | null>;

  /** Authenticates a webhook over its raw bytes and names what it is about; null when it is not authentic. */
  readWebhook?(body: Uint8Array, headers: Headers): Promise<WebhookEvent | null>;

  /** What stands on the broker's account. */
  listBalances(): Promise<Money[]>;
  /** What moved on it since then, oldest first. */
  listTransactions(since: Date): AsyncIterable<ProviderTransaction>;
};

/** What providers are called, by id. */
export type ProviderNames = ReadonlyMap<string, Pick<PaymentProvider, 'name'>>;

/** What people call a provider; its id where it is not set up any more. */
export function providerName(providers: ProviderNames, id: string): string {
  return providers.get(id)?.name ?? id;
}

/** What owners call the provider that pays them. */
export function nameForOwners({ name, payoutName }: Pick<PaymentProvider, 'name' | 'payoutName'>): string {
  return payoutName ?? name;
}

/** Why a call to a provider brought no answer; each asks for another way on. */
export type PaymentFailure =
  /** It was certainly not carried out, and may be tried again. */
  | 'notDone'
  /** It may have been carried out: ask, or repeat it under the same key, and never under another. */
  | 'unknown'
  /** Our keys or our request are wrong; an admin must look. */
  | 'misconfigured';

/** A provider that did not answer as it should. The message never holds a secret, a card or a body. */
export class PaymentError extends UpstreamError {
  readonly failure: PaymentFailure;

  constructor(provider: string, message: string, failure: PaymentFailure, cause?: unknown) {
    super(provider, message, { retryable: failure !== 'misconfigured', cause });
    this.failure = failure;
  }

  static override [Symbol.hasInstance](error: unknown): boolean {
    return UpstreamError[Symbol.hasInstance](error) && Object.hasOwn(error as object, 'failure');
  }
}
