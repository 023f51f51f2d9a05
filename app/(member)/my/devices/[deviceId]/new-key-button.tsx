'use client';

import { useCallback } from 'react';
import { Confirm } from '#components/ui/dialog';
import type { FormState } from '#lib/web/form-action';
import { useKeys } from '../key-keeper.tsx';
import { replaceKeyAction } from './actions.ts';

/** Makes a new key, which the page then shows this once. */
export function NewKeyButton({ deviceId }: { deviceId: string }) {
  const { keep } = useKeys();
  const show = useCallback(({ issued }: FormState) => issued && keep(issued), [keep]);
  return (
    <Confirm
      trigger="Make a new key"
      title="Make a new key?"
      confirm="Make a new key"
      action={replaceKeyAction}
      values={{ deviceId }}
      destructive={false}
      onDone={show}
    >
      An earlier key that was not used yet stops working. An agent that registers with the new key takes the place of
      the one that runs now, and the device is verified again.
    </Confirm>
  );
}
