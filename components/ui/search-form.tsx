'use client';

import Form from 'next/form';
import type { ComponentProps } from 'react';

/** A form that puts what was filled in into the URL, and leaves out what was not. */
export function SearchForm(props: ComponentProps<typeof Form>) {
  return <Form {...props} ref={leaveOutEmpty} />;
}

function leaveOutEmpty(form: HTMLFormElement) {
  form.addEventListener('formdata', dropEmpty);
  return () => form.removeEventListener('formdata', dropEmpty);
}

function dropEmpty({ formData }: FormDataEvent) {
  for (const [name, value] of [...formData]) if (value === '') formData.delete(name);
}
