/** An amount in the smallest units that the ledger keeps of a currency (micro-dollars, satoshi). */
export type Money = { currency: string; amount: bigint };

/** A person of ours, as far as a provider may know them. */
export type Party = { id: string; email: string; name: string };

/** What one provider can do; the pages offer nothing else. */
export type Capabilities = {
  topUp: boolean;
  savedMethod: boolean;
  autoTopUp: boolean;
  refund: 'full' | 'partial' | 'manual' | 'none';
  payout: boolean;
  disputes: boolean;
  leastTopUp: Money;
  leastPayout: Money;
};

/** What a person does next to finish a top-up. */
export type TopUpAction =
  | { kind: 'redirect'; url: string }
  | { kind: 'client'; data: unknown }
  | { kind: 'address'; uri: string; address: string; amount: string; expiresAt: Date }
  | { kind: 'none' };

/** How a top-up stands, asked of the provider itself; only `succeeded` may credit a wallet. */
export type TopUpState =
  | { state: 'pending' | 'processing' | 'expired' | 'cancelled' }
  | { state: 'requiresAction'; action: TopUpAction }
  | { state: 'failed'; reason: string }
  | { state: 'succeeded'; received: Money; fee: Money | null; savedMethod: string | null };

/** How a refund stands. */
export type RefundState = { state: 'pending' | 'succeeded' } | { state: 'failed'; reason: string };

/** How a payout stands. */
export type PayoutState =
  | { state: 'submitted' | 'unclaimed' | 'paid'; reference: string }
  | { state: 'returned' | 'failed'; reference: string; reason: string };

/** One movement on the broker's account at a provider, for reconciliation. */
export type ProviderTransaction = { reference: string; at: Date; amount: Money; fee: Money };

/**
 * What the broker needs from a company, or a chain, that moves money. An adapter never touches the ledger; it speaks
 * these words, converts amounts exactly, and fails with UpstreamError. Every call that changes something takes our
 * own `key`, which is stored before the call and makes repeating it harmless.
 */
export type PaymentProvider = {
  readonly id: string;
  capabilities(): Capabilities;
  /** What the provider will keep of `amount`, as far as it can be known before. */
  estimateFee(amount: Money): Money;

  /** Starts a top-up; the person finishes it by the action. */
  beginTopUp(topUp: {
    topUpId: string;
    amount: Money;
    party: Party;
    returnUrl: string;
    saveMethod: boolean;
    key: string;
  }): Promise<{ reference: string; action: TopUpAction }>;
  /** Takes the money that the person has approved, where that is a step of its own. */
  completeTopUp?(topUp: { reference: string; key: string }): Promise<TopUpState>;
  /** The truth about a top-up; webhooks and return addresses only cause this question. */
  getTopUp(reference: string): Promise<TopUpState>;
  chargeSaved?(topUp: { topUpId: string; savedMethod: string; amount: Money; key: string }): Promise<TopUpState>;
  forgetMethod?(savedMethod: string): Promise<void>;
  refund?(refund: { reference: string; amount: Money; key: string }): Promise<RefundState>;

  /** Where an owner proves to the provider who they are. */
  beginPayee?(payee: { party: Party; returnUrl: string; refreshUrl: string }): Promise<{ url: string }>;
  getPayee?(reference: string): Promise<{ ready: boolean; missing: string[] }>;
  beginPayout?(payout: { payoutId: string; payee: string; amount: Money; key: string }): Promise<PayoutState>;
  /** What became of a payout whose call was cut off; null when the provider has never heard of the key. */
  findPayout?(key: string): Promise<PayoutState | null>;

  /** Authenticates a webhook over its raw bytes and names what it is about; null when it is not authentic. */
  readWebhook?(body: Uint8Array, headers: Headers): Promise<{ eventId: string; references: string[] } | null>;
  /** Follows a chain block by block from `cursor`, and goes back when the chain does. */
  watch?(cursor: string | null, signal: AbortSignal): AsyncIterable<{ cursor: string; references: string[] }>;

  listBalances(): Promise<Money[]>;
  listTransactions(since: Date): AsyncIterable<ProviderTransaction>;
};
