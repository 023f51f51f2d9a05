import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { TextField } from '#components/ui/field';
import { SubmitButton } from '#components/ui/submit-button';
import { creditWalletAction } from '../../actions.ts';

/** Puts money into somebody's wallet; one form sent twice credits once, because it carries its `newKey`. */
export function CreditForm({ userId, newKey }: { userId: string; newKey: string }) {
  return (
    <Card title="Credit the wallet" hint="For money that reached you outside of the broker.">
      <ActionForm action={creditWalletAction} doneText="Credited." resetWhenDone label="Credit the wallet">
        <input type="hidden" name="userId" value={userId} />
        <input type="hidden" name="key" value={newKey} />
        <TextField name="amount" label="Amount" before="$" inputMode="decimal" mono autoComplete="off" required />
        <TextField
          name="reason"
          label="Reason"
          hint="They will read it: it stands in the wallet and on the receipt."
          required
        />
        <div>
          <SubmitButton>Credit</SubmitButton>
        </div>
      </ActionForm>
    </Card>
  );
}
