import { z } from 'zod';

const secret = (what: string) => z.string().min(1).optional().describe(what);

/** A setting that is JSON of that shape. */
function jsonOf<Shape extends z.ZodType>(shape: Shape) {
  const json = z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  });
  return json.pipe(shape);
}

const paypal = {
  PAYPAL_CLIENT_ID: secret('PayPal: the app’s client id; unset: PayPal is off'),
  PAYPAL_CLIENT_SECRET: secret('PayPal: its secret'),
  PAYPAL_WEBHOOK_ID: secret('PayPal: the id of the webhook that points to /api/payments/paypal/webhook'),
  PAYPAL_URL: z.url().default('https://api-m.paypal.com').describe('PayPal: its API; the sandbox has another'),
  PAYPAL_VAULT: z
    .stringbool()
    .default(false)
    .describe('PayPal: whether the account may save wallets (Vault), for automatic top-ups'),
};

const stripe = {
  STRIPE_SECRET_KEY: secret('Stripe: the secret key; unset: Stripe is off'),
  STRIPE_WEBHOOK_SECRETS: secret('Stripe: signing secrets of its webhook, newest first, separated by commas'),
  STRIPE_URL: z.url().optional().describe('Stripe: another address of its API, for tests'),
};

const bitcoin = {
  BITCOIN_URL: z
    .url()
    .optional()
    .describe('Bitcoin: a node with txindex=1, http://user:password@host:port of its RPC; unset: off'),
  BITCOIN_XPUB: secret(
    'Bitcoin: the public key of a BIP 84 account, zpub…, or [fingerprint/84h/0h/0h]zpub… for a signing device; its private key stays elsewhere',
  ),
  BITCOIN_NETWORK: z.enum(['main', 'testnet', 'regtest']).default('main').describe('Bitcoin: which network that is'),
};

const evmCoin = z.strictObject({
  chainId: z.int().positive(),
  name: z.string().min(1),
  url: z.url({ protocol: /^https?$/ }),
  currency: z.string().regex(/^[A-Z0-9]{2,10}$/),
  decimals: z.int().min(0).max(36),
  token: z.string().optional(),
  confirmations: z.int().positive().optional(),
  depth: z.int().positive().optional(),
});

const evm = {
  EVM_XPUB: secret('EVM chains: the extended public key of a BIP 44 account; unset: off'),
  EVM_COINS: jsonOf(z.array(evmCoin))
    .optional()
    .describe(
      'EVM chains: JSON list of {chainId, name, url, currency, decimals, token?, confirmations?, depth?}; without `token` it is the chain’s own coin; without `confirmations` the chain’s `finalized` block settles payments',
    ),
};

const btcpay = {
  BTCPAY_URL: z.url().optional().describe('BTCPay Server: its address; unset: off'),
  BTCPAY_KEY: secret('BTCPay Server: a Greenfield API key'),
  BTCPAY_STORE: secret('BTCPay Server: the store’s id'),
  BTCPAY_WEBHOOK_SECRETS: secret('BTCPay Server: secrets of its webhook, newest first, separated by commas'),
};

const prices = {
  PRICE_SOURCES: z
    .string()
    .default(
      'https://api.coinbase.com/v2/prices/{currency}-USD/spot#data.amount https://api.kraken.com/0/public/Ticker?pair={currency}USD#result.*.c.0',
    )
    .describe('Where prices of coins are asked, separated by spaces; after # the path to the price; the median counts'),
};

/** The settings of all payment providers; each provider is off until its settings are there. */
export const paymentSettings = { ...paypal, ...stripe, ...bitcoin, ...evm, ...btcpay, ...prices };

/** A provider's own button: what its script has to know, and whom the page that shows it must let in. */
export type PayButton = { provider: string; clientId: string; isLive: boolean; sites: string };

/** The button that these settings make possible; null for none. */
export function payButton(settings: { PAYPAL_CLIENT_ID?: string | undefined; PAYPAL_URL: string }): PayButton | null {
  const { PAYPAL_CLIENT_ID: clientId, PAYPAL_URL } = settings;
  if (!clientId) return null;
  const isLive = new URL(PAYPAL_URL).hostname === 'api-m.paypal.com';
  return { provider: 'paypal', clientId, isLive, sites: 'https://*.paypal.com https://*.paypalobjects.com' };
}
