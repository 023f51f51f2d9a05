import type { Metadata } from 'next';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { TextField } from '#components/ui/field';
import { PageHeader } from '#components/ui/page-header';
import { SubmitButton } from '#components/ui/submit-button';
import { getFeeBasisPoints } from '#lib/settings/queries';
import { requireAdmin } from '#lib/web/session';
import { changeFeeAction } from '../actions.ts';

export const metadata: Metadata = { title: 'Settings of the broker' };

export default async function BrokerSettingsPage() {
  await requireAdmin();
  const percent = (await getFeeBasisPoints()) / 100;
  return (
    <>
      <PageHeader title="Settings of the broker">What takes effect without a restart.</PageHeader>
      <Card title="Fee" hint="The broker’s share of what a rental costs." className="max-w-md">
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
    </>
  );
}
