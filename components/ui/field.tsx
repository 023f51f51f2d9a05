'use client';

import { type ComponentProps, type ReactNode, useId } from 'react';
import { useFormState } from './action-form.tsx';

const control =
  'w-full rounded-md border border-line-strong bg-surface text-ink placeholder:text-ink-faint aria-invalid:border-bad disabled:bg-sunken disabled:text-ink-faint';

type FieldProps = { name: string; label: string; hint?: ReactNode; className?: string };

/** What a labelled control needs to know about itself. */
function useControl(name: string, hint: ReactNode) {
  const id = useId();
  const problem = useFormState().problems?.[name];
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  const attributes = {
    id,
    name,
    'aria-invalid': problem ? true : undefined,
    'aria-describedby': described || undefined,
  };
  return { id, problem, attributes };
}

function Frame({
  id,
  label,
  hint,
  problem,
  className = '',
  children,
}: Omit<FieldProps, 'name'> & {
  id: string;
  problem: string | undefined;
  children: ReactNode;
}) {
  return (
    <div className={`grid content-start gap-1.5 ${className}`}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children}
      {problem && (
        <p id={`${id}-problem`} className="text-sm text-bad">
          {problem}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-ink-soft">
          {hint}
        </p>
      )}
    </div>
  );
}

type TextProps = FieldProps &
  Omit<ComponentProps<'input'>, 'className' | 'name'> & {
    /** Stands inside the control, before or after what is typed: `$`, `/h`, `GB`. */
    before?: ReactNode;
    after?: ReactNode;
    mono?: boolean;
  };

/** One line of text with its label, hint and problem. */
export function TextField({ name, label, hint, className, before, after, mono, ...rest }: TextProps) {
  const { id, problem, attributes } = useControl(name, hint);
  return (
    <Frame {...{ id, label, hint, problem }} {...(className && { className })}>
      <div className="relative flex items-center">
        {before && <span className="pointer-events-none absolute left-3 text-ink-faint">{before}</span>}
        <input
          type="text"
          {...attributes}
          {...rest}
          className={`${control} h-9 ${before ? 'pl-7' : 'pl-3'} ${after ? 'pr-12' : 'pr-3'} ${mono ? 'figure' : ''}`}
        />
        {after && <span className="pointer-events-none absolute right-3 text-ink-faint">{after}</span>}
      </div>
    </Frame>
  );
}

/** Several lines of text with their label, hint and problem. */
export function TextArea({
  name,
  label,
  hint,
  className,
  mono,
  ...rest
}: FieldProps & Omit<ComponentProps<'textarea'>, 'className' | 'name'> & { mono?: boolean }) {
  const { id, problem, attributes } = useControl(name, hint);
  return (
    <Frame {...{ id, label, hint, problem }} {...(className && { className })}>
      <textarea rows={4} {...attributes} {...rest} className={`${control} px-3 py-2 ${mono ? 'figure' : ''}`} />
    </Frame>
  );
}

/** A choice from a list. */
export function SelectField({
  name,
  label,
  hint,
  className,
  children,
  ...rest
}: FieldProps & Omit<ComponentProps<'select'>, 'className' | 'name'>) {
  const { id, problem, attributes } = useControl(name, hint);
  return (
    <Frame {...{ id, label, hint, problem }} {...(className && { className })}>
      <select {...attributes} {...rest} className={`${control} h-9 px-2.5`}>
        {children}
      </select>
    </Frame>
  );
}

/** A yes or no, with what it means beside it. */
export function CheckboxField({
  name,
  label,
  hint,
  className = '',
  ...rest
}: FieldProps & Omit<ComponentProps<'input'>, 'className' | 'name' | 'type'>) {
  const { id, problem, attributes } = useControl(name, hint);
  return (
    <div className={`grid grid-cols-[auto_1fr] gap-x-2.5 gap-y-0.5 ${className}`}>
      <input type="checkbox" {...attributes} {...rest} className="mt-[3px] size-4 accent-accent" />
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {problem && (
        <p id={`${id}-problem`} className="col-start-2 text-sm text-bad">
          {problem}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="col-start-2 text-sm text-ink-soft">
          {hint}
        </p>
      )}
    </div>
  );
}
