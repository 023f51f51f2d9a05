import type { Metadata } from 'next';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { TextField } from '#components/ui/field';
import { PageHeader } from '#components/ui/page-header';
import { SubmitButton } from '#components/ui/submit-button';
import { getBrokerLetterhead } from '#lib/papers/letterheads';
import { getFeeBasisPoints } from '#lib/settings/queries';
import { requireAdmin } from '#lib/web/session';
import { changeFeeAction } from '../actions.ts';
import { LetterheadCard } from './letterhead-card.tsx';

export const metadata: Metadata = { title: 'Settings of the broker' };

export default async function BrokerSettingsPage() {
  await requireAdmin();
  const [basisPoints, letterhead] = await Promise.all([getFeeBasisPoints(), getBrokerLetterhead()]);
  const percent = basisPoints / 100;
  return (
    <>
      <PageHeader title="Settings of the broker">What takes effect without a restart.</PageHeader>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Card title="Fee" hint="The broker’s share of what a rental costs.">
          <ActionForm
            action={changeFeeAction}
            doneText="Saved. Running rentals keep the fee they began with."
            label="Fee"
          >
            <TextField
              name="percent"
              label="Share of new rentals"
              after="%"
              inputMode="decimal"
              mono
              defaultValue={String(percent)}
              autoComplete="off"
              required
            />
            <div>
              <SubmitButton>Save</SubmitButton>
            </div>
          </ActionForm>
        </Card>
        <LetterheadCard kept={letterhead} />
      </div>
    </>
  );
}
