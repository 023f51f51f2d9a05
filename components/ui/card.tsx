import { type ReactNode, useId } from 'react';

type Props = {
  title?: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean;
  className?: string;
};

/** A framed part of a page with its own heading; `flush` lets lists and tables reach its edges. */
export function Card({ title, hint, actions, children, flush, className = '' }: Props) {
  const id = useId();
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={`min-w-0 rounded-lg border border-line bg-surface ${className}`}
    >
      {title && (
        <header className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-5 py-2.5">
          <div className="min-w-0 flex-1 basis-36 wrap-anywhere">
            <h2 id={id} className="font-medium">
              {title}
            </h2>
            {hint && <p className="text-sm text-ink-soft">{hint}</p>}
          </div>
          {actions}
        </header>
      )}
      <div className={flush ? '' : 'p-5'}>{children}</div>
    </section>
  );
}
