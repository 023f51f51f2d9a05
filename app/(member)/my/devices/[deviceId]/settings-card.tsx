'use client';

import { useState } from 'react';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { TextField } from '#components/ui/field';
import { SubmitButton } from '#components/ui/submit-button';
import { RateHint } from '../rate-hint.tsx';
import { changeDiskAction, changeRateAction, setListedAction } from './actions.ts';

type Props = {
  deviceId: string;
  rate: string;
  diskGigabytes: number;
  mayChangeDisk: boolean;
  listed: boolean;
  feeBasisPoints: number;
};

/** What an owner can change without asking twice: the rate, the disk, and whether the device is offered. */
export function SettingsCard({ deviceId, rate, diskGigabytes, mayChangeDisk, listed, feeBasisPoints }: Props) {
  const [typed, setTyped] = useState(rate);
  return (
    <Card title="Offer">
      <ActionForm action={changeRateAction} label="Price" className="grid gap-3">
        <input type="hidden" name="deviceId" value={deviceId} />
        <TextField
          name="rate"
          label="Hourly rate"
          before="$"
          after="/h"
          inputMode="decimal"
          mono
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          hint={<RateHint text={typed} feeBasisPoints={feeBasisPoints} />}
        />
        <SubmitButton variant="secondary" className="justify-self-start">
          Change the rate
        </SubmitButton>
      </ActionForm>
      {mayChangeDisk && (
        <ActionForm action={changeDiskAction} label="Disk" className="mt-5 grid gap-3 border-t border-line pt-5">
          <input type="hidden" name="deviceId" value={deviceId} />
          <TextField
            name="diskGigabytes"
            label="Disk for renters"
            after="GB"
            inputMode="numeric"
            mono
            defaultValue={diskGigabytes}
            hint="The device is verified anew with it."
          />
          <SubmitButton variant="secondary" className="justify-self-start">
            Change the disk
          </SubmitButton>
        </ActionForm>
      )}
      <ActionForm action={setListedAction} label="Listing" className="mt-5 grid gap-3 border-t border-line pt-5">
        <input type="hidden" name="deviceId" value={deviceId} />
        <input type="hidden" name="listed" value={listed ? 'no' : 'yes'} />
        <p className="text-ink-soft">
          {listed
            ? 'It is listed: whenever it is ready and online, it can be rented.'
            : 'It is not listed: nobody can rent it.'}
        </p>
        <SubmitButton variant={listed ? 'secondary' : 'primary'} className="justify-self-start">
          {listed ? 'Take it off the market' : 'List it on the market'}
        </SubmitButton>
      </ActionForm>
    </Card>
  );
}
