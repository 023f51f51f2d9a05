import type { Tx } from '#db/client';
import { enqueueMailTo } from '../mail/commands.ts';
import { type Letter, letter } from '../mail/letter.ts';
import { formatMoney } from '../money.ts';
import { nameForOwners } from '../payments/provider.ts';
import type { Treasury } from '../payments/registry.ts';
import type { Payout } from './moves.ts';
import { DESTINATION_HOURS } from './terms.ts';

/** Tells an owner by mail what became of a payout, where that is news to them. */
export async function tellOfPayout(tx: Tx, treasury: Treasury, payout: Payout): Promise<void> {
  const told = letterOf(treasury, payout);
  if (told) await enqueueMailTo(tx, { userId: payout.ownerId, ...told }, treasury.sealer);
}

function letterOf({ publicUrl, providers }: Treasury, { state, provider, amount, problem }: Payout): Letter | null {
  const house = providers.get(provider);
  const by = house ? nameForOwners(house) : provider;
  const sum = formatMoney(amount);
  const write = (subject: string, ...paragraphs: string[]) =>
    letter(publicUrl, subject, [...paragraphs, `${publicUrl}/my/payouts`]);
  const again = 'The money is yours again. Please check where you are paid, and ask for it once more here:';

  if (state === 'paid') return write(`${sum} has been paid to you`, `${by} says that your payout has arrived. See:`);
  if (state === 'returned')
    return write(`${sum} came back`, `${by} has returned your payout: ${problem ?? 'no reason given'}.`, again);
  if (state === 'failed')
    return write(`${sum} could not be paid`, `${by} has refused your payout: ${problem ?? 'no reason given'}.`, again);
  if (state === 'cancelled' && problem)
    return write(`Your payout of ${sum} was declined`, `an admin has declined it: ${problem}`, again);
  return null;
}

/** Tells an owner that they are paid elsewhere from now on, so that nobody else can arrange that unnoticed. */
export function destinationLetter({
  publicUrl,
  provider,
  destination,
}: {
  publicUrl: string;
  provider: string;
  destination: string;
}): Letter {
  return letter(publicUrl, 'Where you are paid was changed', [
    `from now on your earnings are to be paid with ${provider}, to ${destination}.`,
    `Payouts to it wait for ${DESTINATION_HOURS} hours first. Your other sessions were ended. If it was not you, choose a new password at once:`,
    `${publicUrl}/forgot`,
    'and then remove the destination here:',
    `${publicUrl}/my/payouts`,
  ]);
}
