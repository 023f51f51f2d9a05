'use client';

import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, useCallback, useState } from 'react';
import type { FormAction, FormState } from '#lib/web/form-action';
import { ActionForm } from './action-form.tsx';
import { type ButtonLook, buttonLook } from './button.tsx';
import { SubmitButton } from './submit-button.tsx';

type Question = {
  title: string;
  /** What will happen, and what cannot be undone. */
  children: ReactNode;
  /** On the button that does it: a verb. */
  confirm: string;
  /** On the button that does nothing, where “Cancel” could mean the deed itself. */
  dismiss?: string;
  action: FormAction;
  /** Sent with it. */
  values: Record<string, string>;
  /** Fields to fill in before, e.g. a reason. */
  fields?: ReactNode;
  destructive?: boolean;
  onDone?: (state: FormState) => void;
};

type Props = ButtonLook & Question & { trigger: ReactNode };

/** A button that asks once more before it does what cannot be undone. */
export function Confirm({ trigger, variant, size = 'normal', onDone, ...question }: Props) {
  const [open, setOpen] = useState(false);
  const finish = useCallback(
    (state: FormState) => {
      setOpen(false);
      onDone?.(state);
    },
    [onDone],
  );
  const look = variant ?? (question.destructive === false ? 'secondary' : 'danger');
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen}>
      <AlertDialog.Trigger className={buttonLook({ variant: look, size })}>{trigger}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.15_0.01_264)]/45 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-50 w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 rounded-lg border border-line bg-surface p-6 wrap-anywhere shadow-pop transition-[opacity,scale] duration-150 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0">
          <Ask {...question} onDone={finish} />
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function Ask({
  title,
  children,
  confirm,
  dismiss = 'Cancel',
  action,
  values,
  fields,
  destructive = true,
  onDone,
}: Question) {
  return (
    <>
      <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
      <AlertDialog.Description render={<div />} className="mt-1.5 text-ink-soft">
        {children}
      </AlertDialog.Description>
      <ActionForm action={action} {...(onDone && { onDone })} className="mt-5 grid gap-5">
        {Object.entries(values).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {fields}
        <div className="flex justify-end gap-2">
          <AlertDialog.Close className={buttonLook()}>{dismiss}</AlertDialog.Close>
          <SubmitButton variant={destructive ? 'destructive' : 'primary'}>{confirm}</SubmitButton>
        </div>
      </ActionForm>
    </>
  );
}
