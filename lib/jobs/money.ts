import { tellOfLowWallets } from '../alerts/commands.ts';
import { matureEarnings } from '../earnings/commands.ts';
import { allotSpending } from '../funding/commands.ts';
import { issueMonthlyPapers } from '../papers/commands.ts';
import { followChain } from '../payments/follow.ts';
import type { Treasury } from '../payments/registry.ts';
import { requestWeeklyPayouts } from '../payouts/commands.ts';
import { refreshPayees } from '../payouts/destinations.ts';
import { followBatches } from '../payouts/following.ts';
import { clearHeldPayouts } from '../payouts/holds.ts';
import { checkPayouts, submitPayouts } from '../payouts/sending.ts';
import { checkProviders } from '../provider-checks/commands.ts';
import { reconcileDaily } from '../reconciliations/commands.ts';
import { sendDueRefunds } from '../refunds/commands.ts';
import { detachMethods, topUpAutomatically } from '../top-ups/automatic.ts';
import { checkDueTopUps } from '../top-ups/commands.ts';
import { processDueWebhooks } from '../webhooks/commands.ts';
import type { Job } from './schedule.ts';

/** What happens by itself with money that comes in and goes out. */
export function moneyJobs(treasury: Treasury): Job[] {
  return [
    { name: 'processDueWebhooks', everySeconds: 1, run: (at) => processDueWebhooks(treasury, { at }) },
    { name: 'checkDueTopUps', everySeconds: 5, run: (at) => checkDueTopUps(treasury, { at }) },
    { name: 'topUpAutomatically', everySeconds: 10, run: (at) => topUpAutomatically(treasury, { at }) },
    { name: 'detachMethods', everySeconds: 60, run: (at) => detachMethods(treasury, { at }) },
    { name: 'tellOfLowWallets', everySeconds: 30, run: (at) => tellOfLowWallets(treasury, { at }) },
    { name: 'sendDueRefunds', everySeconds: 5, run: (at) => sendDueRefunds(treasury, { at }) },
    { name: 'allotSpending', everySeconds: 60, run: (at) => allotSpending({ at }) },
    { name: 'matureEarnings', everySeconds: 60, run: (at) => matureEarnings({ at }) },
    { name: 'requestWeeklyPayouts', everySeconds: 60, run: (at) => requestWeeklyPayouts(treasury, { at }) },
    { name: 'clearHeldPayouts', everySeconds: 60, run: (at) => clearHeldPayouts(treasury, { at }) },
    { name: 'followBatches', everySeconds: 10, run: (at) => followBatches(treasury, { at }) },
    { name: 'submitPayouts', everySeconds: 5, run: (at) => submitPayouts(treasury, { at }) },
    { name: 'checkPayouts', everySeconds: 5, run: (at) => checkPayouts(treasury, { at }) },
    { name: 'checkProviders', everySeconds: 900, run: (at) => checkProviders(treasury, { at }) },
    { name: 'reconcileDaily', everySeconds: 600, run: (at) => reconcileDaily(treasury, { at }) },
    { name: 'refreshPayees', everySeconds: 600, run: () => refreshPayees(treasury) },
    { name: 'issueMonthlyPapers', everySeconds: 300, run: (at) => issueMonthlyPapers({ ...treasury, at }) },
    ...[...treasury.chains.values()].map((chain) => ({
      name: `follow ${chain.id}`,
      everySeconds: 5,
      run: (at: Date) => followChain(treasury, { chain, at }),
    })),
  ];
}
