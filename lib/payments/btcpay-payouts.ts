import { Address, NETWORK, TEST_NETWORK } from '@scure/btc-signer';
import { z } from 'zod';
import {
  type Allowance,
  allowanceData,
  type BtcpaySettings,
  type Client,
  type Payout,
  payoutData,
  shared,
} from './btcpay-client.ts';
import { decimalOf } from './cents.ts';
import { PaymentError, type PaymentProvider, type PayoutStatus } from './provider.ts';

type Request = Parameters<NonNullable<PaymentProvider['beginPayout']>>[0];
type Lost = Parameters<NonNullable<PaymentProvider['findPayout']>>[0];

/** Money out. Each payout has an allowance of its own, named by our key, so that nothing can be paid twice. */
export function payouts(client: Client, network: BtcpaySettings['network']) {
  return {
    readDestination: (typed: string) => readDestination(typed.trim(), network),
    beginPayout: shared((payout: Request) => beginPayout(client, payout)),
    findPayout: (payout: Lost) => findPayout(client, payout),
  };
}

const networks = { main: NETWORK, testnet: TEST_NETWORK, regtest: { ...TEST_NETWORK, bech32: 'bcrt' } };
const lightningAddress = /^[a-z0-9._-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}$/;

/** Why BTCPay Server did not do something; what it finds wrong with single fields comes as a list, without a code. */
const refusal = z.union([
  z.object({ code: z.string().nullish() }),
  z.array(z.unknown()).transform(() => ({ code: null })),
]);

/** A Bitcoin address of this network, or a Lightning address, `name@host`. */
function readDestination(typed: string, network: BtcpaySettings['network']): string | null {
  if (lightningAddress.test(typed.toLowerCase())) return typed.toLowerCase();
  try {
    return Address(networks[network]).encode(Address(networks[network]).decode(typed));
  } catch {
    return null;
  }
}

async function beginPayout(client: Client, payout: Request): Promise<PayoutStatus> {
  const { payoutId, destination, amount, key } = payout;
  const known = await findPayout(client, payout);
  if (known) return known;

  const payoutMethodId = destination.includes('@') ? 'BTC-LN' : 'BTC-CHAIN';
  const allowance = (await findAllowance(client, key)) ?? (await openAllowance(client, payout, payoutMethodId));
  const drawn = { destination, amount: decimalOf(amount), payoutMethodId, pullPaymentId: allowance.id, approved: true };
  const answer = await client.send('POST', 'payouts', { ...drawn, metadata: { source: payoutId } });
  if (answer.status < 400) return statusOf(client.read(payoutData, answer));

  const { code } = refusal.parse(answer.body);
  if (code === 'duplicate-destination')
    throw new PaymentError('btcpay', 'is still paying to this destination', 'notDone');
  // Somebody else drew it a moment ago under the same key.
  if (code === 'overdraft') return (await findPayout(client, payout)) ?? statusOf(client.read(payoutData, answer));
  if (answer.status !== 422 && code !== 'amount-too-low') return statusOf(client.read(payoutData, answer));
  await client.send('DELETE', `pull-payments/${allowance.id}`);
  return refusedAs(key);
}

async function openAllowance(client: Client, { amount, key }: Request, payoutMethodId: string): Promise<Allowance> {
  const allowance = { name: key, amount: decimalOf(amount), currency: 'USD', payoutMethods: [payoutMethodId] };
  return client.read(allowanceData, await client.send('POST', 'pull-payments', allowance));
}

async function findAllowance(client: Client, key: string): Promise<Allowance | null> {
  const all = await client.get(z.array(allowanceData), 'pull-payments?includeArchived=true');
  return all.find(({ name }) => name === key) ?? null;
}

async function findPayout(client: Client, { key }: { key: string }): Promise<PayoutStatus | null> {
  const allowance = await findAllowance(client, key);
  if (!allowance) return null;
  const path = `/pull-payments/${allowance.id}/payouts?includeCancelled=true`;
  const [payout] = await client.get(z.array(payoutData), path);
  if (payout) return statusOf(payout);
  return allowance.archived ? refusedAs(key) : null;
}

function statusOf({ id: reference, state }: Payout): PayoutStatus {
  // What the network takes is the store's, in coins, and known only to its wallet.
  if (state === 'Completed') return { reference, fee: null, state: 'paid' };
  if (state === 'Cancelled') return { reference, fee: null, state: 'returned', reason: 'cancelled in BTCPay Server' };
  return { reference, fee: null, state: 'submitted' };
}

function refusedAs(key: string): PayoutStatus {
  return { reference: key, fee: null, state: 'failed', reason: 'BTCPay Server refuses this destination' };
}
