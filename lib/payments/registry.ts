import type { Sealer } from '../secrets.ts';
import type { Chain } from './chain.ts';
import type { PaymentProvider } from './provider.ts';

/** The providers that this broker has configured, by id. */
export type Providers = ReadonlyMap<string, PaymentProvider>;

/** What commands about money need from the process that runs them. */
export type Treasury = {
  providers: Providers;
  /** The chains behind those providers that are one. */
  chains: ReadonlyMap<string, Chain>;
  /** What a whole coin of a currency is worth now, in micro-dollars; throws PaymentError when nobody can tell. */
  priceOf(currency: string): Promise<bigint>;
  /** Seals the mails that tell people about their money. */
  sealer: Sealer;
  /** Where people reach this broker. */
  publicUrl: string;
};
