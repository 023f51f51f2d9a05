import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { ActionForm } from '#components/ui/action-form';
import { TextField } from '#components/ui/field';
import { Link } from '#components/ui/link';
import { Notice } from '#components/ui/notice';
import { PageHeader } from '#components/ui/page-header';
import { PasswordField } from '#components/ui/password-field';
import { SubmitButton } from '#components/ui/submit-button';
import { currentMember } from '#lib/web/session';
import { wayBack } from '#lib/web/way-back';
import { signInAction } from '../actions.ts';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: PageProps<'/sign-in'>) {
  const { next, verified, reset } = await searchParams;
  if (await currentMember()) redirect(wayBack(next));
  return (
    <>
      <PageHeader title="Sign in">
        New here?{' '}
        <Link href="/sign-up" className="link">
          Open an account
        </Link>
      </PageHeader>
      <div className="grid gap-5">
        {verified !== undefined && <Notice tone="good">Your address is confirmed. You can sign in now.</Notice>}
        {reset !== undefined && <Notice tone="good">Your new password is set. All sessions were ended.</Notice>}
        <ActionForm action={signInAction} label="Sign in">
          <input type="hidden" name="next" value={wayBack(next)} />
          <TextField name="email" label="E-mail address" type="email" autoComplete="username" required />
          <PasswordField name="password" label="Password" autoComplete="current-password" required />
          <SubmitButton>Sign in</SubmitButton>
        </ActionForm>
        <Link href="/forgot" className="link justify-self-start">
          Forgot your password?
        </Link>
      </div>
    </>
  );
}
