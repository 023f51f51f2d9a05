import type { Metadata } from 'next';
import { ActionForm } from '#components/ui/action-form';
import { TextField } from '#components/ui/field';
import { PageHeader } from '#components/ui/page-header';
import { SubmitButton } from '#components/ui/submit-button';
import { forgotAction } from '../actions.ts';

export const metadata: Metadata = { title: 'Forgot your password' };

export default function ForgotPage() {
  return (
    <>
      <PageHeader title="Forgot your password?" back={{ href: '/sign-in', label: 'Sign in' }}>
        We send you a link for choosing a new one.
      </PageHeader>
      <ActionForm
        action={forgotAction}
        doneText="If the address has an account, the link is on its way. It works for one hour."
        label="Forgot your password"
      >
        <TextField name="email" label="E-mail address" type="email" autoComplete="username" required />
        <SubmitButton>Send the link</SubmitButton>
      </ActionForm>
    </>
  );
}
