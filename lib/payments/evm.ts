import { type Address, getAddress, isAddress, zeroAddress } from 'viem';
import type { Chain } from './chain.ts';
import { readEvmAccount } from './evm-account.ts';
import { connectNode, type EvmCoin } from './evm-node.ts';
import { payEvm } from './evm-payer.ts';
import { watchEvm } from './evm-watcher.ts';
import { PaymentError } from './provider.ts';

/** The ledger counts no more decimals: nine whole ETH in wei are more than it can hold. */
const MOST_DECIMALS = 9;

/** In blocks: 40 minutes where they come four times a second, and more than a day on Ethereum. */
const DEPTH = 10_000;

/** What names one currency of one chain, as `evm:8453:usdc`. */
export function evmIdOf({ chainId, currency }: { chainId: number; currency: string }): string {
  return `evm:${chainId}:${currency.toLowerCase()}`;
}

/**
 * One currency of an EVM chain, for a BIP 44 account of which only the public key is known. Deposits go to the addresses
 * 0/n; payouts come from the treasury, the account's address 1/0, to which the admin moves deposits.
 */
export function evmChain(coin: EvmCoin, xpub: string): Chain {
  const id = evmIdOf(coin);
  const account = readEvmAccount(id, xpub);
  const token = tokenOf(id, coin);
  const { name, currency, chainId } = coin;
  const purse = {
    id,
    coin,
    treasury: { address: account(1, 0), chainId, token },
    unit: 10n ** BigInt(Math.max(0, coin.decimals - MOST_DECIMALS)),
    ask: connectNode(coin, id),
  };

  return {
    id,
    name,
    currency,
    decimals: Math.min(coin.decimals, MOST_DECIMALS),
    depth: coin.depth ?? DEPTH,
    addressAt: (index) => account(0, index),
    readAddress: (typed) => readAddress(typed, token),
    paymentUri: ({ address, amount }) => uriOf({ chainId, token, address, value: amount * purse.unit }),
    ...watchEvm(purse, coin.confirmations),
    ...payEvm(purse),
  };
}

function tokenOf(id: string, { token }: EvmCoin): Address | undefined {
  if (token === undefined) return undefined;
  if (!isAddress(token)) throw new PaymentError(id, 'its token is no address', 'misconfigured');
  return getAddress(token);
}

function readAddress(typed: string, token: Address | undefined): Address | null {
  const text = typed.trim();
  if (!isAddress(text)) return null;
  const address = getAddress(text);
  // What is sent there is lost.
  return address === zeroAddress || address === token ? null : address;
}

/** What EIP-681 makes of a payment. */
function uriOf(payment: { chainId: number; token: Address | undefined; address: string; value: bigint }) {
  const { chainId, token, address, value } = payment;
  if (token === undefined) return `ethereum:${address}@${chainId}?value=${value}`;
  return `ethereum:${token}@${chainId}/transfer?address=${address}&uint256=${value}`;
}
