import type { ReactNode } from 'react';

/** A row of figures that matter, with hairlines between them. */
export function Stats({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:flex sm:gap-0 sm:divide-x sm:divide-line sm:bg-surface [&>*:last-child:nth-child(odd)]:max-sm:col-span-2">
      {children}
    </dl>
  );
}

/** One figure with its name, and a word about it. */
export function Stat({ label, children, hint }: { label: string; children: ReactNode; hint?: ReactNode }) {
  return (
    <div className="flex-1 bg-surface px-5 py-4">
      <dt className="text-sm text-ink-soft">{label}</dt>
      <dd className="mt-1 text-lg font-medium">
        <span className="figure">{children}</span>
        {hint && <span className="mt-0.5 block text-xs font-normal text-ink-faint">{hint}</span>}
      </dd>
    </div>
  );
}
