import { z } from 'zod';

const secret = (what: string) => z.string().min(1).optional().describe(what);

const paypal = {
  PAYPAL_CLIENT_ID: secret('PayPal: the app’s client id; unset: PayPal is off'),
  PAYPAL_CLIENT_SECRET: secret('PayPal: its secret'),
  PAYPAL_WEBHOOK_ID: secret('PayPal: the id of the webhook that points to /api/payments/paypal/webhook'),
  PAYPAL_URL: z.url().default('https://api-m.paypal.com').describe('PayPal: its API; the sandbox has another'),
};

const stripe = {
  STRIPE_SECRET_KEY: secret('Stripe: the secret key; unset: Stripe is off'),
  STRIPE_WEBHOOK_SECRETS: secret('Stripe: signing secrets of its webhook, newest first, separated by commas'),
  STRIPE_URL: z.url().optional().describe('Stripe: another address of its API, for tests'),
};

const bitcoin = {
  BITCOIN_URL: z.url().optional().describe('Bitcoin: a node’s RPC, http://user:password@host:port; unset: off'),
  BITCOIN_XPUB: secret('Bitcoin: the extended public key of a BIP 84 account; its private key stays elsewhere'),
  BITCOIN_NETWORK: z.enum(['main', 'testnet', 'regtest']).default('main').describe('Bitcoin: which network that is'),
};

const evm = {
  EVM_XPUB: secret('EVM chains: the extended public key of a BIP 44 account; unset: off'),
  EVM_COINS: secret(
    'EVM chains: JSON list of {chainId, name, url, currency, decimals, token?, confirmations?}; without `token` it is the chain’s own coin',
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
