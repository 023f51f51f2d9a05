import Stripe from 'stripe';
import { parseEther, parseUnits } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import type { Webhook } from '../../lib/payments/provider.contract.ts';
import { type Anvil, startAnvil, type Token } from '../../lib/payments/testing/anvil.ts';
import { makeBitcoinAddress, makeBitcoinWallet } from '../../lib/payments/testing/bitcoin-wallet.ts';
import { makeEvmWallet } from '../../lib/payments/testing/evm-wallet.ts';
import { startFakeBtcpay } from '../../lib/payments/testing/fake-btcpay.ts';
import { type FakePaypal, startFakePaypal } from '../../lib/payments/testing/fake-paypal.ts';
import { serveFake } from '../../lib/payments/testing/fake-server.ts';
import { type FakeStripe, startFakeStripe } from '../../lib/payments/testing/fake-stripe.ts';
import { type Regtest, startRegtest } from '../../lib/payments/testing/regtest.ts';

/** Whole dollars that a coin is worth in the browser tests. */
const prices: Record<string, string> = { BTC: '60000.00', USDC: '1.00' };

type World = {
  paypal: FakePaypal;
  stripe: FakeStripe;
  anvil: Anvil;
  usdc: Token;
  regtest: Regtest;
  wallet: ReturnType<typeof makeEvmWallet>;
};

/** What tests may do in the world outside of the broker; arguments and answers are JSON. */
export type Deeds = ReturnType<typeof deedsOf>;

/** Where tests find that world: its door, the deeds that it knows, and the companies' own pages. */
export type Outside = { door: string; deeds: (keyof Deeds)[]; paypal: string; stripe: string };

/**
 * Starts what a broker at `publicUrl` deals with: PayPal, Stripe and BTCPay Server as fakes that send it their webhooks, a
 * chain with USDC, a Bitcoin network, and somebody who knows prices. Answers the broker's settings for all that.
 */
export async function startOutside(publicUrl: string) {
  const [paypal, stripe, btcpay] = await Promise.all([startFakePaypal(), startFakeStripe(), startFakeBtcpay()]);
  const [anvil, regtest] = await Promise.all([startAnvil(), startRegtest()]);
  const [usdc, wallet] = [await anvil.deployToken(), makeEvmWallet()];

  const deeds = deedsOf({ paypal, stripe, anvil, usdc, regtest, wallet });
  const door = await openDoor(deeds);
  const webhooksOf = (provider: string) => `${publicUrl}/api/payments/${provider}/webhook`;
  paypal.sendWebhooksTo(webhooksOf('paypal'));
  stripe.forwardWebhooks(webhooksOf('stripe'));
  btcpay.forwardWebhooks(webhooksOf('btcpay'));

  const { chainId, url } = anvil;
  const coin = { chainId, name: 'USDC on Anvil', url, currency: 'USDC', decimals: 6, token: usdc.address };
  const names = Object.keys(deeds) as (keyof Deeds)[];
  return {
    outside: { door: door.url, deeds: names, paypal: paypal.url, stripe: stripe.url } satisfies Outside,
    settings: {
      PAYPAL_CLIENT_ID: paypal.clientId,
      PAYPAL_CLIENT_SECRET: paypal.clientSecret,
      PAYPAL_WEBHOOK_ID: paypal.webhookId,
      PAYPAL_URL: paypal.url,
      PAYPAL_VAULT: 'true',
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_WEBHOOK_SECRETS: stripe.webhookSecrets.join(),
      STRIPE_URL: stripe.url,
      BTCPAY_URL: btcpay.url,
      BTCPAY_KEY: btcpay.key,
      BTCPAY_STORE: btcpay.store,
      BTCPAY_WEBHOOK_SECRETS: btcpay.webhookSecrets.join(),
      BITCOIN_URL: regtest.url,
      BITCOIN_XPUB: makeBitcoinWallet().xpub,
      BITCOIN_NETWORK: 'regtest',
      EVM_XPUB: wallet.xpub,
      // Credited early, so that a reorganisation can undo it.
      EVM_COINS: JSON.stringify([{ ...coin, confirmations: 2, depth: 20 }]),
      PRICE_SOURCES: `${door.url}/prices/{currency}#dollars`,
    },
    async close() {
      for (const part of [door, paypal, stripe, btcpay, anvil, regtest]) await part.close();
    },
  };
}

function deedsOf({ stripe, anvil, usdc, regtest, wallet, paypal }: World) {
  const dropped: { usdc?: () => Promise<void>; bitcoin?: () => Promise<void> } = {};
  return {
    payUsdc: (to: string, coins: string) => usdc.pay(to, parseUnits(coins, 6)),
    mineUsdc: (blocks: number) => anvil.mine(blocks),
    dropUsdc: async (blocks: number) => {
      dropped.usdc = await anvil.reorg(blocks);
    },
    restoreUsdc: async () => dropped.usdc?.(),
    /** An admin puts coins of their own where batches are paid from, and what the network takes for that. */
    lendUsdc: async (coins: string) => {
      await usdc.pay(wallet.treasury, parseUnits(coins, 6));
      await anvil.setBalance(wallet.treasury, parseEther('1'));
      await anvil.mine(1);
    },
    usdcOf: async (owner: string) => String(await usdc.balanceOf(owner)),
    makeUsdcAddress: () => privateKeyToAddress(generatePrivateKey()),
    /** Signs a batch of payouts, as an admin does where the key is; files are base64. */
    signUsdc: async (file: string) => (await wallet.sign(Buffer.from(file, 'base64'))).toString('base64'),
    payBitcoin: (to: string, coins: string) => regtest.pay(to, parseUnits(coins, 8)),
    mineBitcoin: (blocks: number) => regtest.mine(blocks),
    dropBitcoin: async (blocks: number) => {
      dropped.bitcoin = await regtest.reorganise(blocks);
    },
    restoreBitcoin: async () => dropped.bitcoin?.(),
    makeBitcoinAddress,
    /** The newest webhook that PayPal has sent, as it signed it. */
    lastPaypalWebhook: async () => toldOf((await paypal.takeWebhooks()).at(-1)),
    /** A webhook that is signed as Stripe signs, an hour ago. */
    oldStripeWebhook: () => {
      const payload = JSON.stringify({
        id: 'evt_old',
        object: 'event',
        type: 'charge.succeeded',
        data: { object: {} },
      });
      const [secret = ''] = stripe.webhookSecrets;
      const timestamp = Math.floor(Date.now() / 1000) - 3600;
      const { webhooks } = new Stripe(stripe.secretKey);
      const signature = webhooks.generateTestHeaderString({ payload, secret, timestamp });
      return { body: payload, headers: { 'content-type': 'application/json', 'stripe-signature': signature } };
    },
  };
}

/** A webhook as JSON can hold it. */
function toldOf(sent: Webhook | undefined) {
  if (!sent) throw new RangeError('nothing was sent yet');
  return { body: Buffer.from(sent.body).toString(), headers: Object.fromEntries(sent.headers) };
}

/** The door through which tests, in processes of their own, reach the deeds; it also tells prices. */
function openDoor(deeds: Deeds) {
  return serveFake(async ({ path, body }) => {
    const [, deed = '', currency = ''] = path.split('/');
    if (deed === 'prices') return { status: 200, json: { dollars: prices[currency] } };
    const doIt = deeds[deed as keyof Deeds] as (...args: unknown[]) => unknown;
    return { status: 200, json: { answer: (await doIt(...JSON.parse(body))) ?? null } };
  });
}
