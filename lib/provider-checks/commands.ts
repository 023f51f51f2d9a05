import { db } from '#db/client';
import { providerChecks } from '#db/schema/desk';
import { PaymentError, type PaymentProvider } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';

/** How long a provider may take to say what stands on our account before it counts as away. */
const PATIENCE_MS = 5000;

/** Asks every provider what stands on our account, all at once, and keeps how that went. */
export async function checkProviders(
  { providers }: Treasury,
  { at, patienceMs = PATIENCE_MS }: { at: Date; patienceMs?: number },
): Promise<void> {
  await Promise.all([...providers.values()].map((provider) => check(provider, at, patienceMs)));
}

async function check(provider: PaymentProvider, askedAt: Date, patienceMs: number) {
  const started = performance.now();
  const told = await ask(provider, patienceMs);
  const kept = { askedAt, milliseconds: Math.round(performance.now() - started), ...told };
  await db
    .insert(providerChecks)
    .values({ provider: provider.id, ...kept })
    .onConflictDoUpdate({ target: providerChecks.provider, set: kept });
}

async function ask(provider: PaymentProvider, patienceMs: number) {
  try {
    const balances = await Promise.race([provider.listBalances(), giveUp(provider, patienceMs)]);
    const texts = balances.map(({ currency, amount }) => [currency, amount.toString()]);
    return { balances: Object.fromEntries(texts) as Record<string, string>, problem: null };
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error;
    return { balances: null, problem: error.message };
  }
}

function giveUp({ id }: PaymentProvider, patienceMs: number): Promise<never> {
  const problem = new PaymentError(id, `did not answer within ${patienceMs / 1000} seconds`, 'notDone');
  return new Promise((_, reject) => {
    setTimeout(() => reject(problem), patienceMs).unref();
  });
}
