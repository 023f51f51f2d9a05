import type { Tx } from '#db/client';
import { enqueueMailTo } from '../mail/commands.ts';
import { type Letter, letter } from '../mail/letter.ts';
import { formatMoney } from '../money.ts';
import { providerName } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import type { TopUp } from './sync.ts';

/** Tells a person by mail when a top-up has come to something that they would want to know. */
export async function tellOfTopUp(tx: Tx, treasury: Treasury, topUp: TopUp): Promise<void> {
  const told = letterOf(treasury, topUp);
  if (told) await enqueueMailTo(tx, { userId: topUp.userId, ...told }, treasury.sealer);
}

function letterOf({ publicUrl, providers }: Treasury, topUp: TopUp): Letter | null {
  const { state, automatic, action, problem } = topUp;
  const amount = formatMoney(topUp.amount);
  const by = providerName(providers, topUp.provider);
  const page = `${publicUrl}/wallet/top-ups/${topUp.id}`;
  const write = (subject: string, ...paragraphs: string[]) => letter(publicUrl, subject, [...paragraphs, page]);

  if (state === 'succeeded') {
    return write(
      `Your top-up by ${by} has arrived`,
      `it is in your wallet now. What came in, and the receipt, are here:`,
    );
  }
  if (state === 'reorged') {
    const why =
      'the chain has dropped the block that your payment was in. As a rule it comes back by itself in a later block.';
    return write('A payment of yours is no longer on the chain', why);
  }
  if (state === 'disputed') {
    return write('A payment of yours is contested', `your bank has taken a payment of ${amount} by ${by} back. See:`);
  }
  if (automatic && state === 'requiresAction' && action?.kind === 'redirect') {
    const ask = `your bank wants you to confirm the automatic top-up of ${amount}. Please do so here:`;
    return letter(publicUrl, 'Your bank wants you to confirm a top-up', [ask, page]);
  }
  if (automatic && state === 'failed') {
    return write(`The automatic top-up of ${amount} failed`, `${by} says: ${problem ?? 'no reason given'}.`);
  }
  return null;
}
