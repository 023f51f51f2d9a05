import type { Metadata } from 'next';
import { PageHeader } from '#components/ui/page-header';
import { listRefundsByHand } from '#lib/refunds/by-hand';
import { requireAdmin } from '#lib/web/session';
import { treasury } from '#lib/web/treasury';
import { RefundTable } from './refund-table.tsx';

export const metadata: Metadata = { title: 'Refunds by hand' };

export default async function AdminRefundsPage() {
  await requireAdmin();
  const refunds = await listRefundsByHand();
  const waiting = refunds.filter(({ state }) => state === 'requested');
  const done = refunds.filter(({ state }) => state !== 'requested');
  const { providers } = treasury();
  return (
    <>
      <PageHeader title="Refunds by hand">
        What people want back from providers that cannot send it by themselves, such as coins. The money has left their
        wallets; send it from yours, then note the transaction here. What a provider refuses to send back stands here
        too, with why: it is tried again by itself, or give it back to the wallet by declining it.
      </PageHeader>
      <div className="grid gap-6">
        <RefundTable title="To send" refunds={waiting} providers={providers} empty="Nobody waits for a refund" />
        <RefundTable title="Done" refunds={done} providers={providers} empty="Nothing was sent by hand yet" />
      </div>
    </>
  );
}
