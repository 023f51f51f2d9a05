'use client';

import { type ComponentProps, useState } from 'react';
import { TextField } from './field.tsx';

/** A password, hidden until its owner wants to see it. */
export function PasswordField(props: Omit<ComponentProps<typeof TextField>, 'type' | 'after'>) {
  const [shown, setShown] = useState(false);
  const toggle = (
    <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)} className="text-sm hover:text-ink">
      {shown ? 'Hide' : 'Show'}
      <span className="sr-only"> password</span>
    </button>
  );
  return (
    <TextField {...props} type={shown ? 'text' : 'password'} after={toggle} spellCheck={false} autoCapitalize="none" />
  );
}
