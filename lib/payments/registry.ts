import type { WebSettings } from '../config/web.ts';
import { createSealer, type Sealer } from '../secrets.ts';
import { bitcoinChain } from './bitcoin.ts';
import { btcpayProvider } from './btcpay.ts';
import type { Chain } from './chain.ts';
import { chainProvider, leastOnChain } from './chain-provider.ts';
import { evmChain } from './evm.ts';
import { paypalProvider } from './paypal.ts';
import { askPrice } from './prices.ts';
import type { PaymentProvider } from './provider.ts';
import { stripeProvider } from './stripe.ts';

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

/** Everything about money that a program's settings make possible. */
export function openTreasury(settings: WebSettings): Treasury {
  const chains = [...bitcoin(settings), ...evm(settings)];
  const onChains = chains.map((chain) => chainProvider(chain, leastOnChain[chain.id === 'btc' ? 'bitcoin' : 'other']));
  const providers = [...paypal(settings), ...stripe(settings), ...btcpay(settings), ...onChains];
  const sources = settings.PRICE_SOURCES.split(/\s+/).filter(Boolean);
  return {
    providers: byId(providers),
    chains: byId(chains),
    priceOf: (currency) => askPrice(currency, sources),
    sealer: createSealer(settings.BROKER_SECRETS),
    publicUrl: settings.PUBLIC_URL,
  };
}

function paypal({ PAYPAL_CLIENT_ID, PAYPAL_CLIENT_SECRET, PAYPAL_WEBHOOK_ID, ...rest }: WebSettings) {
  if (!PAYPAL_CLIENT_ID || !PAYPAL_CLIENT_SECRET || !PAYPAL_WEBHOOK_ID) return [];
  const account = { clientId: PAYPAL_CLIENT_ID, clientSecret: PAYPAL_CLIENT_SECRET, webhookId: PAYPAL_WEBHOOK_ID };
  return [paypalProvider({ ...account, url: rest.PAYPAL_URL, vault: rest.PAYPAL_VAULT })];
}

function stripe({ STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS, STRIPE_URL }: WebSettings) {
  if (!STRIPE_SECRET_KEY || !STRIPE_WEBHOOK_SECRETS) return [];
  const webhookSecrets = STRIPE_WEBHOOK_SECRETS.split(',');
  return [stripeProvider({ secretKey: STRIPE_SECRET_KEY, webhookSecrets, url: STRIPE_URL })];
}

function btcpay({ BTCPAY_URL: url, BTCPAY_KEY: key, BTCPAY_STORE: store, ...rest }: WebSettings) {
  if (!url || !key || !store || !rest.BTCPAY_WEBHOOK_SECRETS) return [];
  const webhookSecrets = rest.BTCPAY_WEBHOOK_SECRETS.split(',');
  return [btcpayProvider({ url, key, store, webhookSecrets, network: rest.BITCOIN_NETWORK })];
}

function bitcoin({ BITCOIN_URL: url, BITCOIN_XPUB: xpub, BITCOIN_NETWORK: network }: WebSettings) {
  return url && xpub ? [bitcoinChain({ url, xpub, network })] : [];
}

function evm({ EVM_XPUB: xpub, EVM_COINS: coins = [] }: WebSettings) {
  return xpub ? coins.map((coin) => evmChain(coin, xpub)) : [];
}

function byId<Thing extends { id: string }>(things: Thing[]): ReadonlyMap<string, Thing> {
  return new Map(things.map((thing) => [thing.id, thing]));
}
