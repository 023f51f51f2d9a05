import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { ActionForm } from '#components/ui/action-form';
import { PageHeader } from '#components/ui/page-header';
import { PasswordField } from '#components/ui/password-field';
import { SubmitButton } from '#components/ui/submit-button';
import { resetAction } from '../actions.ts';

// The link is a secret: no other site shall learn it from the Referer header.
export const metadata: Metadata = { title: 'Choose a new password', referrer: 'no-referrer' };

export default async function ResetPage({ searchParams }: PageProps<'/reset'>) {
  const { token } = await searchParams;
  if (typeof token !== 'string') redirect('/forgot');
  return (
    <>
      <PageHeader title="Choose a new password">Everybody who is signed in to your account is signed out.</PageHeader>
      <ActionForm action={resetAction} label="Choose a new password">
        <input type="hidden" name="token" value={token} />
        <PasswordField
          name="password"
          label="New password"
          autoComplete="new-password"
          hint="At least 10 characters."
          required
        />
        <SubmitButton>Set the new password</SubmitButton>
      </ActionForm>
    </>
  );
}
