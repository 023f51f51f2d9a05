import type { ReactNode } from 'react';

/** A list of facts: what it is on the left, the figure on the right. */
export function Facts({ children, className = '' }: { children: ReactNode; className?: string }) {
  return <dl className={`divide-y divide-line ${className}`}>{children}</dl>;
}

/** One fact; its value is set in mono unless `prose`. */
export function Fact({
  label,
  children,
  hint,
  prose,
}: {
  label: ReactNode;
  children: ReactNode;
  hint?: ReactNode;
  prose?: boolean;
}) {
  return (
    <div className="flex items-baseline justify-between gap-x-6 py-2.5 first:pt-0 last:pb-0">
      <dt className="text-ink-soft">{label}</dt>
      <dd className={`max-w-2/3 shrink-99999 text-right text-pretty break-words ${prose ? '' : 'figure'}`}>
        {children}
        {hint && <span className="block font-sans text-xs text-ink-faint">{hint}</span>}
      </dd>
    </div>
  );
}
