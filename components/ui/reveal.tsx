'use client';

import { Eye, EyeOff } from 'lucide-react';
import { useState, useTransition } from 'react';
import { buttonLook } from './button.tsx';
import { CopyButton } from './copy-button.tsx';

type Props = { label: string; fetchSecret: () => Promise<{ secret: string } | { message: string }> };

/** A secret that is fetched only when somebody asks to see it. */
export function Reveal({ label, fetchSecret }: Props) {
  const [secret, setSecret] = useState<string | null>(null);
  const [message, setMessage] = useState<string | null>(null);
  const [pending, startTransition] = useTransition();

  function toggle() {
    if (secret !== null) return setSecret(null);
    startTransition(async () => {
      const answer = await fetchSecret();
      setSecret('secret' in answer ? answer.secret : null);
      setMessage('message' in answer ? answer.message : null);
    });
  }

  const Icon = secret === null ? Eye : EyeOff;
  return (
    <div>
      <div className="flex items-start gap-1 rounded-md border border-line bg-sunken py-1.5 pr-1.5 pl-3.5">
        <code className="min-w-0 flex-1 py-1 text-sm leading-5 break-all" aria-live="polite">
          {secret ?? '••••••••••••••••••••••'}
        </code>
        <button
          type="button"
          disabled={pending}
          aria-label={secret === null ? `Show ${label}` : `Hide ${label}`}
          className={buttonLook({ variant: 'quiet', size: 'small' }, 'size-7 shrink-0 !px-0')}
          onClick={toggle}
        >
          <Icon aria-hidden="true" className="size-3.5" />
        </button>
        {secret !== null && <CopyButton text={secret} label={`Copy ${label}`} />}
      </div>
      {message && (
        <p role="alert" className="mt-1.5 text-sm text-bad">
          {message}
        </p>
      )}
    </div>
  );
}
