'use client';

import {
  createContext,
  type FormEvent,
  type ReactNode,
  startTransition,
  useActionState,
  useContext,
  useEffect,
  useRef,
} from 'react';
import type { FormAction, FormState } from '#lib/web/form-action';
import { Notice } from './notice.tsx';

const State = createContext<FormState>({});

/** What came back from the form around this component. */
export function useFormState(): FormState {
  return useContext(State);
}

type Props = {
  action: FormAction;
  children: ReactNode;
  className?: string;
  /** Said above the fields once it has worked. */
  doneText?: ReactNode;
  /** Empties the fields once it has worked. */
  resetWhenDone?: boolean;
  label?: string;
  onDone?: (state: FormState) => void;
};

/**
 * A form of a server action. Works without JavaScript; with it, what was typed stays in the fields when the
 * action declines, problems stand beside their fields, and the first of them takes the focus.
 */
export function ActionForm({
  action,
  children,
  className = 'grid gap-5',
  doneText,
  resetWhenDone,
  label,
  onDone,
}: Props) {
  const [state, submit, pending] = useActionState(action, {});
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (state.problems) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    if (state.done && resetWhenDone) form.current?.reset();
    if (state.done) onDone?.(state);
    if (state.leadsTo) location.assign(state.leadsTo);
  }, [state, resetWhenDone, onDone]);

  // React empties a form after its action; sending it ourselves keeps what was typed.
  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { submitter } = event.nativeEvent as SubmitEvent;
    const values = new FormData(event.currentTarget, submitter);
    if (!pending) startTransition(() => submit(values));
  }

  return (
    <State value={state}>
      <form
        ref={form}
        action={submit}
        onSubmit={send}
        noValidate
        className={className}
        aria-label={label}
        aria-busy={pending}
      >
        {state.message && <Notice tone={state.done ? 'good' : 'bad'}>{state.message}</Notice>}
        {state.done && doneText && !state.message && <Notice tone="good">{doneText}</Notice>}
        {children}
      </form>
    </State>
  );
}
