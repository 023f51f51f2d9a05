import type { ComponentProps } from 'react';
import { Link } from './link.tsx';

const base =
  'inline-flex items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap select-none transition-colors disabled:opacity-55';

const variants = {
  primary: 'border-transparent bg-accent text-on-accent enabled:hover:bg-accent-strong [a&]:hover:bg-accent-strong',
  secondary: 'border-line-strong bg-surface text-ink enabled:hover:bg-sunken [a&]:hover:bg-sunken',
  quiet: 'border-transparent text-ink-soft enabled:hover:bg-sunken enabled:hover:text-ink [a&]:hover:bg-sunken',
  danger: 'border-line-strong bg-surface text-bad enabled:hover:border-bad enabled:hover:bg-bad-soft',
  destructive: 'border-transparent bg-bad text-on-bad enabled:hover:opacity-90',
};

const sizes = { small: 'h-7 px-2.5 text-sm', normal: 'h-9 px-3.5', large: 'h-11 px-5 text-lg' };

export type ButtonLook = { variant?: keyof typeof variants; size?: keyof typeof sizes };

/** The classes of a button, for elements that must look like one. */
export function buttonLook({ variant = 'secondary', size = 'normal' }: ButtonLook = {}, more = ''): string {
  return `${base} ${variants[variant]} ${sizes[size]} ${more}`;
}

/** A button; `type` is `button` unless said otherwise. */
export function Button({ variant, size, className, ...rest }: ComponentProps<'button'> & ButtonLook) {
  return (
    <button
      type="button"
      {...rest}
      className={buttonLook({ ...(variant && { variant }), ...(size && { size }) }, className)}
    />
  );
}

/** A link that looks like a button. */
export function ButtonLink({ variant, size, className, ...rest }: ComponentProps<typeof Link> & ButtonLook) {
  return <Link {...rest} className={buttonLook({ ...(variant && { variant }), ...(size && { size }) }, className)} />;
}
