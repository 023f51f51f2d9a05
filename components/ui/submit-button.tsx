'use client';

import type { ComponentProps } from 'react';
import { useFormStatus } from 'react-dom';
import { Button } from './button.tsx';
import { Spinner } from './spinner.tsx';

/** Sends its form; while that is under way it keeps its width, turns a wheel and cannot be pressed again. */
export function SubmitButton({ children, variant = 'primary', disabled, ...rest }: ComponentProps<typeof Button>) {
  const { pending } = useFormStatus();
  return (
    <Button type="submit" variant={variant} disabled={pending || disabled} aria-busy={pending} {...rest}>
      <span className={`inline-flex items-center gap-2 ${pending ? 'invisible' : ''}`}>{children}</span>
      {pending && <Spinner className="absolute" />}
    </Button>
  );
}
