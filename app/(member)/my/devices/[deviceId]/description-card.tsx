import { CountryOptions } from '#components/country';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { SelectField, TextField } from '#components/ui/field';
import { SubmitButton } from '#components/ui/submit-button';
import { describeDeviceAction } from './actions.ts';

type Props = { deviceId: string; name: string; country: string };

/** What an owner calls a device and where it stands. */
export function DescriptionCard({ deviceId, name, country }: Props) {
  return (
    <Card title="Name and place">
      <ActionForm action={describeDeviceAction} label="Name and place" className="grid gap-3">
        <input type="hidden" name="deviceId" value={deviceId} />
        <TextField
          name="name"
          label="Name"
          hint="Everybody on the market sees it."
          required
          maxLength={60}
          defaultValue={name}
        />
        <SelectField name="country" label="Country" required defaultValue={country}>
          <CountryOptions />
        </SelectField>
        <SubmitButton variant="secondary" className="justify-self-start">
          Change name and place
        </SubmitButton>
      </ActionForm>
    </Card>
  );
}
