import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { ActionForm } from '#components/ui/action-form';
import { TextField } from '#components/ui/field';
import { Link } from '#components/ui/link';
import { PageHeader } from '#components/ui/page-header';
import { PasswordField } from '#components/ui/password-field';
import { SubmitButton } from '#components/ui/submit-button';
import { currentMember } from '#lib/web/session';
import { signUpAction } from '../actions.ts';

export const metadata: Metadata = { title: 'Open an account' };

export default async function SignUpPage() {
  if (await currentMember()) redirect('/');
  return (
    <>
      <PageHeader title="Open an account">
        One account rents devices and offers them. Have one already?{' '}
        <Link href="/sign-in" className="link">
          Sign in
        </Link>
      </PageHeader>
      <ActionForm action={signUpAction} label="Open an account">
        <TextField name="name" label="Name" autoComplete="name" hint="Others see it when you rent or offer." required />
        <TextField name="email" label="E-mail address" type="email" autoComplete="username" required />
        <PasswordField
          name="password"
          label="Password"
          autoComplete="new-password"
          hint="At least 10 characters."
          required
        />
        <SubmitButton>Open an account</SubmitButton>
      </ActionForm>
    </>
  );
}
