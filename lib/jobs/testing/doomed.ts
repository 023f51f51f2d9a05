import { webConfig } from '../../config/web.ts';
import { postUsage, tickMeters } from '../../metering/commands.ts';
import { openTreasury } from '../../payments/registry.ts';
import { requestPayout } from '../../payouts/commands.ts';
import { requestRefund } from '../../refunds/commands.ts';
import { beginTopUp } from '../../top-ups/commands.ts';
import { moneyJobs } from '../money.ts';

// A broker that does one thing, so that a test can kill it meanwhile: `doomed.ts WORK INSTANT DETAILS`.
const [name = '', instant = '', details = '{}'] = process.argv.slice(2);
const at = new Date(instant);
const asked = JSON.parse(details, (key, value) => (key === 'amount' ? BigInt(value) : value));
const treasury = openTreasury(webConfig());

const works: Record<string, () => Promise<unknown>> = {
  tickMeters: () => tickMeters({ at }),
  postUsage: () => postUsage({ at }),
  beginTopUp: () => beginTopUp(treasury, { ...asked, at }),
  requestRefund: () => requestRefund(treasury, { ...asked, at }),
  requestPayout: () => requestPayout(treasury, { ...asked, at }),
  ...Object.fromEntries(moneyJobs(treasury).map((job) => [job.name, () => job.run(at)])),
};
await works[name]?.();
process.stdout.write('done');
process.exit();
