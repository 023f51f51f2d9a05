import type { ReactNode } from 'react';

const tones = {
  neutral: 'bg-sunken text-ink-soft [--dot:var(--ink-faint)]',
  accent: 'bg-accent-soft text-accent [--dot:var(--accent)]',
  good: 'bg-good-soft text-good [--dot:var(--good)]',
  warn: 'bg-warn-soft text-warn [--dot:var(--warn)]',
  bad: 'bg-bad-soft text-bad [--dot:var(--bad)]',
};

export type Tone = keyof typeof tones;

/** A word about a state; `busy` lets its dot pulse while something is under way. */
export function Badge({
  tone = 'neutral',
  dot,
  busy,
  children,
}: {
  tone?: Tone;
  dot?: boolean;
  busy?: boolean;
  children: ReactNode;
}) {
  return (
    <span
      className={`inline-flex h-5.5 w-fit items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap ${tones[tone]}`}
    >
      {(dot || busy) && (
        <span aria-hidden="true" className={`size-1.5 rounded-full bg-(--dot) ${busy ? 'animate-pulse' : ''}`} />
      )}
      {children}
    </span>
  );
}
