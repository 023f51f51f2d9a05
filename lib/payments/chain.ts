/** A block, as far as it matters which one it is. */
export type Block = { height: number; hash: string; parentHash: string; at: Date };

/** Money that a chain moved to an address; `id` is its place in the chain's history, `<transaction>:<output or log>`. */
export type ChainPayment = { id: string; address: string; amount: bigint };

/** What one of our payouts is to pay: `amount` in the chain's units. */
export type ChainOutput = { payoutId: string; address: string; amount: bigint };

/** What our account was made of so far: what stands on it follows from this and the chain, without any wallet's memory. */
export type Funds = {
  /** Our receiving addresses with their indexes. */
  addresses: { address: string; index: number }[];
  /** What blocks paid to them. */
  payments: ChainPayment[];
  /** The raw transactions of our signed batches, whether or not the network has them yet. */
  sent: string[];
};

/** Payouts made ready for signing: a file for the admin's wallet, and the currency units that it costs on top. */
export type UnsignedBatch = { fileName: string; mediaType: string; content: Uint8Array; fee: bigint };

/** A signed batch that pays exactly what was asked: its transactions, and which of them pays which payout. */
export type SignedBatch = { transactions: { id: string; raw: string }[]; paidBy: Record<string, string> };

/**
 * One currency on one chain, watched from outside: the broker holds public keys only. `id` is the provider's, as `btc`
 * or `evm:8453:usdc`. All amounts are whole units of `decimals` decimals.
 */
export type Chain = {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly decimals: number;
  /** How many blocks back a stored block is still compared with the chain's. */
  readonly depth: number;
  /** The receiving address of our account with this index, the same for ever. */
  addressAt(index: number): string;
  /** An address of this network in its one written form; null for anything else, or with a wrong checksum. */
  readAddress(typed: string): string | null;
  /** What a wallet app reads from the QR code (BIP 21, EIP-681). */
  paymentUri(payment: { address: string; amount: bigint }): string;
  getHead(): Promise<Block>;
  /** The block that the chain has at `height` now; null above its head. */
  getBlock(height: number): Promise<Block | null>;
  /** What blocks from `first` to `last` paid to `addresses`, with the block of each. */
  listPayments(
    range: { first: number; last: number },
    addresses: ReadonlySet<string>,
  ): Promise<(ChainPayment & { block: Block })[]>;
  /** What is announced and not in a block yet; chains that cannot tell have none. */
  listPending(addresses: ReadonlySet<string>): Promise<ChainPayment[]>;
  /** The height up to which a payment worth `dollars` (micro-dollars) counts as settled. */
  settledHeight(head: Block, dollars: bigint): Promise<number>;
  /** What stands on all our addresses together, those of the account's own change included. */
  getBalance(funds: Funds): Promise<bigint>;
  /** Makes payouts ready to be signed elsewhere; a PaymentError where `funds` do not suffice or an output is too small. */
  prepareBatch(outputs: ChainOutput[], funds: Funds): Promise<UnsignedBatch>;
  /** Reads what the admin brings back; null when it pays anything else than `outputs`. */
  readSigned(content: Uint8Array, unsigned: Uint8Array, outputs: ChainOutput[]): Promise<SignedBatch | null>;
  /** Hands a signed transaction to the network; one that it knows already is no error. */
  broadcast(raw: string): Promise<void>;
  /** Where a transaction of ours stands; null when the chain does not know it. `fee` is there where only the block tells it. */
  getTransaction(id: string): Promise<{ block: Block | null; failed: boolean; fee?: bigint } | null>;
};
