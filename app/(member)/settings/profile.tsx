import { ActionForm } from '#components/ui/action-form';
import { Badge } from '#components/ui/badge';
import { Card } from '#components/ui/card';
import { TextField } from '#components/ui/field';
import { Link } from '#components/ui/link';
import { SubmitButton } from '#components/ui/submit-button';
import type { Member } from '#lib/web/session';
import { changeNameAction } from './actions.ts';

/** Name and address of the member. */
export function Profile({ member }: { member: Member }) {
  return (
    <Card title="Profile">
      <ActionForm action={changeNameAction} doneText="Saved." label="Profile">
        <div>
          <p className="text-sm font-medium">E-mail address</p>
          <p className="mt-1 flex flex-wrap items-center gap-2 break-all">
            {member.email}
            {member.emailVerified ? <Badge tone="good">Confirmed</Badge> : <Badge tone="warn">Not confirmed</Badge>}
          </p>
          {!member.emailVerified && (
            <Link href="/verify" className="link text-sm">
              Confirm it
            </Link>
          )}
        </div>
        <TextField name="name" label="Name" defaultValue={member.name} autoComplete="name" required />
        <SubmitButton variant="secondary" className="justify-self-start">
          Save
        </SubmitButton>
      </ActionForm>
    </Card>
  );
}
