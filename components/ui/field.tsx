'use client';

import { ChevronDown } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { useFormState } from './action-form.tsx';

const control =
  'w-full rounded-md border border-line-strong bg-surface text-ink placeholder:text-ink-faint aria-invalid:border-bad disabled:bg-sunken disabled:text-ink-faint';

/** The browser’s own button in a field that takes a file. */
const chooser = 'file:mr-3 file:h-8.5 file:border-r file:border-line file:pr-3 file:font-medium';

type FieldProps = {
  name: string;
  label: string;
  hint?: ReactNode;
  className?: string;
  /** What is wrong with it, when no action form around it knows. */
  problem?: string | undefined;
};

type Field<Tag extends 'input' | 'textarea' | 'select', Own = object> = FieldProps &
  Own &
  Omit<ComponentProps<Tag>, keyof FieldProps>;

/** Splits the properties of a field: what its frame shows, and what its control needs to know about itself. */
function useControl<Props extends FieldProps>({ label, hint, className, problem: known, ...rest }: Props) {
  const id = useId();
  const problem = useFormState().problems?.[rest.name] ?? known;
  const described = problem ? `${id}-problem` : hint ? `${id}-hint` : undefined;
  const attributes = { ...rest, id, 'aria-invalid': problem ? true : undefined, 'aria-describedby': described };
  return { frame: { id, label, hint, problem, className }, attributes };
}

type FrameProps = ReturnType<typeof useControl>['frame'];

function Frame({ id, label, className = '', children, ...words }: FrameProps & { children: ReactNode }) {
  return (
    <div className={`grid content-start gap-1.5 ${className}`}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children}
      <Words id={id} {...words} />
    </div>
  );
}

/** A problem takes the place of the hint, so that nothing below it moves. */
function Words({ id, hint, problem, className = '' }: Omit<FrameProps, 'label'>) {
  if (problem) return <Line id={`${id}-problem`} className={`text-bad ${className}`} text={problem} />;
  return hint ? <Line id={`${id}-hint`} className={`text-ink-soft ${className}`} text={hint} /> : null;
}

function Line({ id, className, text }: { id: string; className: string; text: ReactNode }) {
  return (
    <p id={id} className={`text-sm ${className}`}>
      {text}
    </p>
  );
}

type Affixes = {
  /** Stands inside the control, before or after what is typed: `$`, `/h`, `GB`. */
  before?: ReactNode;
  after?: ReactNode;
  mono?: boolean;
};

/** One line of text with its label, hint and problem. */
export function TextField({ before, after, mono, ...field }: Field<'input', Affixes>) {
  const { frame, attributes } = useControl(field);
  const room = `${before ? 'pl-7' : 'pl-3'} ${after ? 'pr-12' : 'pr-3'}`;
  return (
    <Frame {...frame}>
      <div className="relative flex items-center">
        {before && <span className="pointer-events-none absolute left-3 text-ink-faint">{before}</span>}
        <input type="text" {...attributes} className={`${control} ${chooser} h-9 ${room} ${mono ? 'figure' : ''}`} />
        {after && <span className="pointer-events-none absolute right-3 text-ink-faint">{after}</span>}
      </div>
    </Frame>
  );
}

/** Several lines of text with their label, hint and problem. */
export function TextArea({ mono, ...field }: Field<'textarea', { mono?: boolean }>) {
  const { frame, attributes } = useControl(field);
  return (
    <Frame {...frame}>
      <textarea rows={4} {...attributes} className={`${control} px-3 py-2 ${mono ? 'figure' : ''}`} />
    </Frame>
  );
}

/** A choice from a list. */
export function SelectField(field: Field<'select'>) {
  const { frame, attributes } = useControl(field);
  return (
    <Frame {...frame}>
      <div className="relative flex items-center">
        <select {...attributes} className={`${control} h-9 appearance-none pr-8 pl-3`} />
        <ChevronDown aria-hidden="true" className="pointer-events-none absolute right-2.5 size-4 text-ink-faint" />
      </div>
    </Frame>
  );
}

/** A yes or no, with what it means beside it. */
export function CheckboxField(field: Field<'input'>) {
  const { frame, attributes } = useControl(field);
  return (
    <div className={`grid grid-cols-[auto_1fr] gap-x-2.5 gap-y-0.5 ${frame.className ?? ''}`}>
      <input {...attributes} type="checkbox" className="mt-[3px] size-4 accent-accent" />
      <label htmlFor={frame.id} className="text-sm font-medium">
        {frame.label}
      </label>
      <Words {...frame} className="col-start-2" />
    </div>
  );
}
