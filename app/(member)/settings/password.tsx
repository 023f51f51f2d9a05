import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { PasswordField } from '#components/ui/password-field';
import { SubmitButton } from '#components/ui/submit-button';
import { changePasswordAction } from './actions.ts';
import { ConfirmFirst } from './confirm-first.tsx';

/** Changing the password, for somebody who has just proved to be its owner. */
export function Password({ fresh }: { fresh: boolean }) {
  return (
    <Card title="Password">
      {fresh ? (
        <ActionForm
          action={changePasswordAction}
          doneText="Changed. Your other sessions were ended."
          resetWhenDone
          label="Password"
        >
          <PasswordField
            name="password"
            label="New password"
            autoComplete="new-password"
            hint="At least 10 characters. Your other sessions end."
            required
          />
          <SubmitButton variant="secondary" className="justify-self-start">
            Change password
          </SubmitButton>
        </ActionForm>
      ) : (
        <ConfirmFirst>To change it, give the one you have.</ConfirmFirst>
      )}
    </Card>
  );
}
