import type { ReactNode } from 'react';
import { Link } from './link.tsx';

type Props = {
  title: ReactNode;
  /** Where the arrow above the title leads. */
  back?: { href: string; label: string };
  /** Beside the title: badges. */
  aside?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
};

/** The head of a page: title, one line about it, and what one can do here. */
export function PageHeader({ title, back, aside, children, actions }: Props) {
  return (
    <header className="mb-7">
      {back && (
        <Link href={back.href} className="mb-2 inline-flex items-center gap-1.5 text-sm text-ink-soft hover:text-ink">
          <span aria-hidden="true">←</span> {back.label}
        </Link>
      )}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-4">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <h1 className="min-w-0 text-xl font-semibold tracking-tight text-balance break-words">{title}</h1>
            {aside}
          </div>
          {children && <div className="mt-1.5 max-w-2xl wrap-anywhere text-ink-soft">{children}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </header>
  );
}
