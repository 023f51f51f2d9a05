import type { ReactNode } from 'react';

const tones = {
  neutral: 'border-line-strong bg-sunken',
  accent: 'border-accent/30 bg-accent-soft',
  good: 'border-good/30 bg-good-soft',
  warn: 'border-warn/30 bg-warn-soft',
  bad: 'border-bad/30 bg-bad-soft',
};

/** Something that the person should know now; bad news is announced at once, the rest when there is a pause. */
export function Notice({
  tone = 'neutral',
  title,
  children,
  actions,
}: {
  tone?: keyof typeof tones;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={`flex flex-wrap items-center justify-between gap-3 rounded-md border px-4 py-3 ${tones[tone]}`}
    >
      <div className="min-w-0 flex-1 basis-64">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className={title ? 'mt-0.5 text-ink-soft' : ''}>{children}</div>}
      </div>
      {actions}
    </div>
  );
}
