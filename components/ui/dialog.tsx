'use client';

import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, useCallback, useState } from 'react';
import type { FormState } from '#lib/web/form-action';
import { ActionForm } from './action-form.tsx';
import { type ButtonLook, buttonLook } from './button.tsx';
import { SubmitButton } from './submit-button.tsx';

type Props = ButtonLook & {
  /** On the button that asks. */
  trigger: ReactNode;
  title: string;
  /** What will happen, and what cannot be undone. */
  children: ReactNode;
  /** On the button that does it: a verb. */
  confirm: string;
  action: (state: FormState, form: FormData) => Promise<FormState>;
  /** Sent with it. */
  values: Record<string, string>;
  /** Fields to fill in before, e.g. a reason. */
  fields?: ReactNode;
  destructive?: boolean;
};

/** A button that asks once more before it does what cannot be undone. */
export function Confirm({
  trigger,
  title,
  children,
  confirm,
  action,
  values,
  fields,
  destructive = true,
  ...look
}: Props) {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen}>
      <AlertDialog.Trigger className={buttonLook({ variant: destructive ? 'danger' : 'secondary', ...look })}>
        {trigger}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.15_0.01_264)]/45 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-50 w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 rounded-lg border border-line bg-surface p-6 shadow-pop transition-[opacity,scale] duration-150 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0">
          <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="mt-1.5 text-ink-soft">
            {children}
          </AlertDialog.Description>
          <ActionForm action={action} onDone={close} className="mt-5 grid gap-5">
            {Object.entries(values).map(([name, value]) => (
              <input key={name} type="hidden" name={name} value={value} />
            ))}
            {fields}
            <div className="flex justify-end gap-2">
              <AlertDialog.Close className={buttonLook()}>Cancel</AlertDialog.Close>
              <SubmitButton variant={destructive ? 'destructive' : 'primary'}>{confirm}</SubmitButton>
            </div>
          </ActionForm>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
