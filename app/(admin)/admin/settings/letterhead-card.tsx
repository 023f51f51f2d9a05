import { LetterheadFields } from '#components/letterhead-fields';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { SubmitButton } from '#components/ui/submit-button';
import { changeBrokerLetterheadAction } from '../actions.ts';

/** Who the broker is on receipts and statements. */
export function LetterheadCard({ kept }: { kept: { name: string; address: string; taxId: string } }) {
  return (
    <Card title="On papers" hint="From whom receipts and statements are.">
      <ActionForm
        action={changeBrokerLetterheadAction}
        doneText="Saved. Papers issued before stay as they are."
        label="On papers"
      >
        <LetterheadFields kept={kept} />
        <div>
          <SubmitButton>Save</SubmitButton>
        </div>
      </ActionForm>
    </Card>
  );
}
