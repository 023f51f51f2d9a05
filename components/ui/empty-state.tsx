import type { ReactNode } from 'react';

type Props = { title: string; children?: ReactNode; action?: ReactNode; isPage?: boolean };

/** What stands where a list or a whole page would be: why there is nothing, and what to do about it. */
export function EmptyState({ title, children, action, isPage }: Props) {
  const Heading = isPage ? 'h1' : 'h2';
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <Heading className="text-lg font-medium">{title}</Heading>
      {children && <div className="mt-1 max-w-md text-balance text-ink-soft">{children}</div>}
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
