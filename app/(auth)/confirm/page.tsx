import type { Metadata } from 'next';
import { ActionForm } from '#components/ui/action-form';
import { PageHeader } from '#components/ui/page-header';
import { PasswordField } from '#components/ui/password-field';
import { SubmitButton } from '#components/ui/submit-button';
import { requireMember } from '#lib/web/session';
import { wayBack } from '#lib/web/way-back';
import { confirmAction } from '../actions.ts';

export const metadata: Metadata = { title: 'Confirm that it is you' };

export default async function ConfirmPage({ searchParams }: PageProps<'/confirm'>) {
  const [member, { next }] = [await requireMember(), await searchParams];
  return (
    <>
      <PageHeader title="Confirm that it is you">
        What comes next could lock you out of your account, so please give your password once more.
      </PageHeader>
      <ActionForm action={confirmAction} label="Confirm that it is you">
        <input type="hidden" name="next" value={wayBack(next, '/settings')} />
        <input type="email" name="username" autoComplete="username" value={member.email} readOnly hidden />
        <PasswordField name="password" label="Password" autoComplete="current-password" required />
        <SubmitButton>Continue</SubmitButton>
      </ActionForm>
    </>
  );
}
