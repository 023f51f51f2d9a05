import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { TextField } from '#components/ui/field';
import { SubmitButton } from '#components/ui/submit-button';
import { formatMoney } from '#lib/money';
import type { PayoutTerms } from '#lib/settings/payouts';
import { changePayoutTermsAction } from './actions.ts';

/** From which amounts on owners are paid, and admins look first. */
export function TermsCard({ terms }: { terms: PayoutTerms }) {
  const typed = (amount: bigint) => formatMoney(amount).replace(/[$,]/g, '');
  return (
    <Card title="Terms">
      <ActionForm action={changePayoutTermsAction} doneText="Saved." label="Terms of payouts">
        <TextField
          name="least"
          label="Least payout"
          before="$"
          inputMode="decimal"
          mono
          defaultValue={typed(terms.least)}
        />
        <TextField
          name="reviewFrom"
          label="An admin looks first from"
          before="$"
          inputMode="decimal"
          mono
          defaultValue={typed(terms.reviewFrom)}
        />
        <div>
          <SubmitButton variant="secondary">Save</SubmitButton>
        </div>
      </ActionForm>
    </Card>
  );
}
