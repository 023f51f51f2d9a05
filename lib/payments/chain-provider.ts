import { and, eq, getTableColumns, gte, isNull, sql } from 'drizzle-orm';
import { db } from '#db/client';
import { deposits } from '#db/schema/chains';
import { payments, topUps } from '#db/schema/payments';
import { DOLLAR } from '../money.ts';
import type { Chain } from './chain.ts';
import { readFunds } from './funds.ts';
import type { PaymentProvider, ProviderTransaction, TopUpStatus } from './provider.ts';
import { decimalUnits } from './quotes.ts';

/** Money that arrived; `isCredited` says whether it stands in a wallet already. */
type Deposit = typeof deposits.$inferSelect & { isCredited: boolean };

const DAY_MS = 24 * 3_600_000;

/** What is announced and never comes into a block counts no longer after this. */
const PATIENCE_MS = 3 * DAY_MS;

/**
 * People pay to an address that is theirs alone, and any amount that arrives is credited. What arrived is read from
 * `deposits`, which `followChain` keeps as the chain has it. Payouts are batches that an admin signs elsewhere.
 */
export function chainProvider(chain: Chain, least: { topUp: bigint; payout: bigint }): PaymentProvider {
  return {
    id: chain.id,
    name: chain.name,
    capabilities: {
      topUp: true,
      autoTopUp: false,
      refund: 'manual',
      payout: 'batch',
      onboarding: false,
      anyAmount: true,
    },
    currency: chain.currency,
    keyHours: Number.POSITIVE_INFINITY, // an index has the same address for ever
    least,
    estimateFee: () => 0n,
    async beginTopUp({ addressIndex, quote }) {
      const address = chain.addressAt(addressIndex);
      const amount = quote?.amount ?? 0n;
      const uri = chain.paymentUri({ address, amount });
      const written = decimalUnits(amount, chain.decimals);
      return { reference: address, action: { kind: 'address', uri, address, amount: written } };
    },
    getTopUp: (address) => getTopUp(chain, address),
    readDestination: (typed) => chain.readAddress(typed),
    async listBalances() {
      const amount = await chain.getBalance(await readFunds(chain.id));
      return [{ currency: chain.currency, amount }];
    },
    listTransactions: (since) => listTransactions(chain, since),
  };
}

async function getTopUp(chain: Chain, address: string): Promise<TopUpStatus> {
  const [topUp] = await db
    .select()
    .from(topUps)
    .where(and(eq(topUps.provider, chain.id), eq(topUps.reference, address)));
  const arrived = await listArrived(chain, address, topUp?.id ?? null);
  const { amount = 0n, quoteAmount } = topUp ?? {};
  const worth = arrived.reduce((sum, deposit) => sum + deposit.amount, 0n);
  const dollars = quoteAmount ? (worth * amount) / quoteAmount : 0n;
  const settled = arrived.length === 0 ? [] : await settledOf(chain, arrived, dollars);
  return {
    topUpId: topUp?.id ?? null,
    progress: { state: progressOf(arrived, settled, topUp?.quotedUntil ?? null) },
    payments: settled.map(({ reference, amount, seenAt }) => ({
      id: reference,
      received: { currency: chain.currency, amount },
      fee: { currency: chain.currency, amount: 0n },
      at: seenAt,
    })),
    refunds: [],
    disputes: [],
    savedMethod: null,
  };
}

async function listArrived({ id }: Chain, address: string, topUpId: string | null): Promise<Deposit[]> {
  const ofPayment = and(
    sql`${payments.topUpId} = ${topUpId}`,
    eq(payments.reference, deposits.reference),
    isNull(payments.reversedAt),
  );
  return db
    .select({ ...getTableColumns(deposits), isCredited: sql<boolean>`${payments.id} is not null` })
    .from(deposits)
    .leftJoin(payments, ofPayment)
    .where(and(eq(deposits.chain, id), eq(deposits.address, address)))
    .orderBy(deposits.id);
}

/** What was credited stays settled while it is in a block: nodes lag behind each other, and more money waits longer. */
async function settledOf(chain: Chain, arrived: Deposit[], dollars: bigint): Promise<Deposit[]> {
  const settled = await chain.settledHeight(await chain.getHead(), dollars);
  return arrived.filter(({ height, isCredited }) => height !== null && (isCredited || height <= settled));
}

function progressOf(arrived: Deposit[], settled: Deposit[], quotedUntil: Date | null) {
  if (settled.length > 0) return 'succeeded';
  const now = Date.now();
  if (arrived.some(({ height, seenAt }) => height !== null || now - seenAt.getTime() < PATIENCE_MS))
    return 'processing';
  return quotedUntil && now - quotedUntil.getTime() > DAY_MS ? 'expired' : 'pending';
}

async function* listTransactions(chain: Chain, since: Date): AsyncIterable<ProviderTransaction> {
  const { currency } = chain;
  const fee = { currency, amount: 0n };
  const came = await db
    .select()
    .from(deposits)
    .where(and(eq(deposits.chain, chain.id), gte(deposits.seenAt, since)))
    .orderBy(deposits.id);
  for (const { reference, amount, seenAt } of came) yield { reference, at: seenAt, amount: { currency, amount }, fee };
}

/** The least that it makes sense to move on a chain, until an operator decides otherwise. */
export const leastOnChain = {
  bitcoin: { topUp: 20n * DOLLAR, payout: 50n * DOLLAR },
  other: { topUp: 5n * DOLLAR, payout: 20n * DOLLAR },
} as const;
