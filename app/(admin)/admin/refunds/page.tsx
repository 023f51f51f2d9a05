import type { Metadata } from 'next';
import { PageHeader } from '#components/ui/page-header';
import { listRefundsByHand, type RefundByHand } from '#lib/refunds/by-hand';
import { requireAdmin } from '#lib/web/session';
import { treasury } from '#lib/web/treasury';
import { RefundTable } from './refund-table.tsx';

export const metadata: Metadata = { title: 'Refunds by hand' };

export default async function AdminRefundsPage() {
  await requireAdmin();
  const refunds = await listRefundsByHand();
  const isOver = ({ state }: RefundByHand) => state === 'succeeded' || state === 'failed';
  const waiting = refunds.filter((refund) => !isOver(refund));
  const done = refunds.filter(isOver);
  const { providers } = treasury();
  return (
    <>
      <PageHeader title="Refunds by hand">
        What people want back from providers that cannot send it by themselves, such as coins. The money has left their
        wallets; send it from yours, then note the transaction here. Refunds that a provider has not carried out are
        listed too. We keep trying for three days; decline one to give the money back to the wallet.
      </PageHeader>
      <div className="grid gap-6">
        <RefundTable title="To send" refunds={waiting} providers={providers} empty="Nobody waits for a refund" />
        <RefundTable title="Done" refunds={done} providers={providers} empty="No refund was sent or declined yet" />
      </div>
    </>
  );
}
