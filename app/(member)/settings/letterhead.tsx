import { LetterheadFields } from '#components/letterhead-fields';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { SubmitButton } from '#components/ui/submit-button';
import { changeLetterheadAction } from './actions.ts';

/** What the member wants on receipts and statements. */
export function Letterhead({ kept }: { kept: { name: string; address: string; taxId: string } }) {
  return (
    <Card title="On your papers" hint="Receipts and statements that are issued from now on say this.">
      <ActionForm
        action={changeLetterheadAction}
        doneText="Saved. Papers issued before stay as they are."
        label="Papers"
      >
        <LetterheadFields kept={kept} />
        <SubmitButton variant="secondary" className="justify-self-start">
          Save
        </SubmitButton>
      </ActionForm>
    </Card>
  );
}
