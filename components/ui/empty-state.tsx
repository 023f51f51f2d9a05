import type { ReactNode } from 'react';

/** What stands where a list would be: why there is nothing, and what to do about it. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <h2 className="text-lg font-medium">{title}</h2>
      {children && <div className="mt-1 max-w-md text-pretty text-ink-soft">{children}</div>}
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
