import type { Metadata } from 'next';
import { Live } from '#components/live';
import { PageHeader } from '#components/ui/page-header';
import { databaseTime } from '#lib/clock';
import { getPayoutDesk, listBatches, listQueues } from '#lib/payouts/desk';
import { getPayoutTerms } from '#lib/settings/queries';
import { requireAdmin } from '#lib/web/session';
import { treasury } from '#lib/web/treasury';
import { Batches } from './batches.tsx';
import { PayoutTable } from './payout-table.tsx';
import { Queues } from './queues.tsx';
import { TermsCard } from './terms-card.tsx';

export const metadata: Metadata = { title: 'Payouts of the broker' };

export default async function AdminPayoutsPage() {
  await requireAdmin();
  const [{ toApprove, inTrouble, newest }, queues, batches, terms] = await Promise.all([
    getPayoutDesk({ at: databaseTime() }),
    listQueues(),
    listBatches(),
    getPayoutTerms(),
  ]);
  const { providers, chains } = treasury();
  return (
    <>
      <Live topic="payoutDesk" />
      <PageHeader title="Payouts">What owners are to be paid, and what stands in the way.</PageHeader>
      <div className="grid gap-6">
        <PayoutTable title="To approve" payouts={toApprove} empty="No large payout waits for you" kind="approve" />
        <PayoutTable
          title="In trouble"
          payouts={inTrouble}
          empty="Every payout gets on by itself"
          kind="ask"
          hint="Not confirmed, refused by our own settings, or on its way for more than three days."
        />
        <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <Batches batches={batches} chains={chains} />
          <div className="grid gap-6">
            <Queues queues={queues} providers={providers} chains={chains} />
            <TermsCard terms={terms} />
          </div>
        </div>
        <PayoutTable title="Newest" payouts={newest} empty="Nobody has asked to be paid yet" kind="look" />
      </div>
    </>
  );
}
