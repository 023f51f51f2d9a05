import { Confirm } from '#components/ui/dialog';
import { TextField } from '#components/ui/field';
import { formatMoney } from '#lib/money';
import { sendBackAction } from './actions.ts';

type Props = {
  paymentId: string;
  most: bigint;
  /** By whom it goes back. */
  by: string;
  /** Whether the person must say where to, because the provider cannot know. */
  asksWhere: boolean;
};

/** Sends what is unspent of a payment back to where it came from. */
export function SendBackButton({ paymentId, most, by, asksWhere }: Props) {
  const text = formatMoney(most);
  return (
    <Confirm
      trigger="Send back…"
      size="small"
      destructive={false}
      title="Send money back?"
      confirm="Send it back"
      action={sendBackAction}
      values={{ paymentId }}
      fields={
        <>
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
          {asksWhere && (
            <TextField
              name="destination"
              label="To which address"
              mono
              autoComplete="off"
              spellCheck={false}
              hint={`One of your own, for ${by}. What goes to a wrong one is lost.`}
            />
          )}
        </>
      }
    >
      It leaves your wallet at once
      {asksWhere
        ? `, and is sent by ${by} once the admin has signed it, at the price of that moment and less the network’s fee`
        : ` and goes back to what you paid with, by ${by}. That takes some days as a rule`}
      . It cannot be undone.
    </Confirm>
  );
}
