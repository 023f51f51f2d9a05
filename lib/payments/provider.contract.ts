import type { PaymentProvider } from './provider.ts';

/**
 * A provider with the other side of it in the test's hands: a strict fake of a company over HTTP, a real chain, or a
 * company's sandbox. Everything else of the suite goes through `provider`.
 */
export type ProviderBench = {
  provider: PaymentProvider;
  /** What the person does on the provider's side: approves and pays, or declines. */
  pay(reference: string, how?: 'pays' | 'declines' | 'leaves'): Promise<void>;
  /** Webhooks that the provider has sent since the last call, as they came; null where there are none. */
  takeWebhooks: (() => Promise<{ body: Uint8Array; headers: Headers }[]>) | null;
  /** The next call that changes something is carried out and then answered so; null where that cannot be arranged. */
  failNext: ((how: 'status500' | 'hangUp') => void) | null;
  /** A destination that is valid, and one that is closed; null where nothing is paid out directly. */
  destinations: { open: string; closed: string } | null;
  /** The payer contests a payment, and the contest ends. */
  dispute: ((paymentId: string, end: 'open' | 'won' | 'lost') => Promise<void>) | null;
  close(): Promise<void>;
};
