'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { ActionForm } from '#components/ui/action-form';
import { CheckboxField, SelectField, TextField } from '#components/ui/field';
import { SubmitButton } from '#components/ui/submit-button';
import { useKeys } from '../key-keeper.tsx';
import { RateHint } from '../rate-hint.tsx';
import { registerDeviceAction } from './actions.ts';

/** The form that registers a device; the key that it answers is shown on the device's page. */
export function DeviceForm({ feeBasisPoints, countries }: { feeBasisPoints: number; countries: ReactNode }) {
  const [rate, setRate] = useState('0.01');
  const { keep } = useKeys();
  const router = useRouter();

  return (
    <ActionForm
      action={registerDeviceAction}
      label="New device"
      className="grid gap-6 sm:grid-cols-2"
      onDone={({ issued }) => {
        if (!issued) return;
        keep(issued);
        router.push(`/my/devices/${issued.deviceId}`);
      }}
    >
      <TextField name="name" label="Name" hint="Everybody on the market sees it." required maxLength={60} autoFocus />
      <SelectField name="country" label="Country" hint="Where the device stands." required defaultValue="">
        <option value="" disabled>
          Choose
        </option>
        {countries}
      </SelectField>
      <TextField
        name="rate"
        label="Hourly rate"
        before="$"
        after="/h"
        inputMode="decimal"
        mono
        required
        value={rate}
        onChange={(event) => setRate(event.target.value)}
        hint={<RateHint text={rate} feeBasisPoints={feeBasisPoints} />}
      />
      <TextField
        name="diskGigabytes"
        label="Disk for renters"
        after="GB"
        inputMode="numeric"
        mono
        required
        defaultValue="16"
        hint="Kept free for the renter’s files, in one file on the device."
      />
      <CheckboxField
        name="listed"
        label="List it on the market once it is verified"
        hint="You can change this at any time."
        defaultChecked
        className="sm:col-span-2"
      />
      <SubmitButton className="justify-self-start sm:col-span-2">Add device</SubmitButton>
    </ActionForm>
  );
}
