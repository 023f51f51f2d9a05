import { Confirm } from '#components/ui/dialog';
import { TextField } from '#components/ui/field';
import { formatMoney } from '#lib/money';
import { sendBackAction } from './actions.ts';

type Props = { paymentId: string; most: bigint; to: string };

/** Sends what is unspent of a payment back to where it came from. */
export function SendBackButton({ paymentId, most, to }: Props) {
  const text = formatMoney(most);
  return (
    <Confirm
      trigger="Send back…"
      size="small"
      variant="secondary"
      title="Send money back?"
      confirm="Send it back"
      action={sendBackAction}
      values={{ paymentId }}
      fields={
        <TextField
          name="amount"
          label="Amount"
          before="$"
          mono
          inputMode="decimal"
          autoComplete="off"
          defaultValue={text.replace(/[$,]/g, '')}
          hint={`${text} of this payment is unspent.`}
        />
      }
    >
      It leaves your wallet at once and goes back to what you paid with, by {to}. That takes some days as a rule, and
      cannot be undone.
    </Confirm>
  );
}
