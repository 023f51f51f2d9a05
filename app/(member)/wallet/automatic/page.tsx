import type { Metadata } from 'next';
import { Live } from '#components/live';
import { PageHeader } from '#components/ui/page-header';
import { getAlertLevel } from '#lib/alerts/commands';
import { findAutoTopUp, listSavedMethods } from '#lib/top-ups/queries';
import { requireMember } from '#lib/web/session';
import { Alerts } from './alerts.tsx';
import { AutomaticTopUp } from './automatic-top-up.tsx';
import { SavedMethods } from './saved-methods.tsx';

export const metadata: Metadata = { title: 'Automatic top-ups and alerts' };

export default async function AutomaticPage() {
  const member = await requireMember();
  const [methods, plan, level] = await Promise.all([
    listSavedMethods(member.id),
    findAutoTopUp(member.id),
    getAlertLevel(member.id),
  ]);
  return (
    <>
      <Live topic="wallet" />
      <PageHeader title="Automatic top-ups and alerts" back={{ href: '/wallet', label: 'Wallet' }}>
        So that no rental of yours is ever paused for want of money.
      </PageHeader>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <AutomaticTopUp methods={methods} plan={plan} />
        <div className="grid gap-6">
          <Alerts level={level} />
          <SavedMethods methods={methods} />
        </div>
      </div>
    </>
  );
}
