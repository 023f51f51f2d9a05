import { Money } from '#components/money';
import { Timestamp } from '#components/timestamp';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { EmptyState } from '#components/ui/empty-state';
import { CheckboxField, SelectField, TextField } from '#components/ui/field';
import { SubmitButton } from '#components/ui/submit-button';
import type { listFaultyCharges } from '#lib/faults/queries';
import { creditableOf } from '#lib/faults/shares';
import { creditFaultAction } from './actions.ts';

type Charge = Awaited<ReturnType<typeof listFaultyCharges>>[number];
type Props = { rentalId: string; charges: Charge[]; newKey: string };

/** Gives a renter back what charges cost; one form sent twice credits once, because it carries its `newKey`. */
export function FaultForm({ rentalId, charges, newKey }: Props) {
  return (
    <Card title="Credit for a fault" hint="For time that was charged and did not work. Renter and owner see it.">
      {charges.length === 0 ? (
        <EmptyState title="Nothing was charged">Running rentals are charged once an hour and when they end.</EmptyState>
      ) : (
        <ActionForm action={creditFaultAction} doneText="Credited." resetWhenDone label="Credit for a fault">
          <input type="hidden" name="rentalId" value={rentalId} />
          <input type="hidden" name="key" value={newKey} />
          <fieldset className="max-h-96 overflow-y-auto rounded-md border border-line">
            <legend className="sr-only">Charges</legend>
            <div className="divide-y divide-line">
              {charges.map((charge) => (
                <ChargeBox key={charge.id.toString()} charge={charge} />
              ))}
            </div>
          </fieldset>
          <TextField name="amount" label="Amount" before="$" inputMode="decimal" mono autoComplete="off" required />
          <SelectField
            name="from"
            label="Who gives it"
            hint="The owner gives what they earned of it and have not been paid yet; the broker gives the rest."
          >
            <option value="owner">The owner first</option>
            <option value="broker">The broker alone</option>
          </SelectField>
          <TextField name="reason" label="Reason" hint="Renter and owner read it." autoComplete="off" required />
          <div>
            <SubmitButton>Credit</SubmitButton>
          </div>
        </ActionForm>
      )}
    </Card>
  );
}

function ChargeBox({ charge }: { charge: Charge }) {
  const left = creditableOf(charge);
  const when = (
    <>
      <Timestamp at={charge.from} /> – <Timestamp at={charge.to} />
    </>
  );
  return (
    <CheckboxField
      className="px-4 py-2.5"
      name={`charge-${charge.id}`}
      label={`Charge ${charge.id}`}
      hint={
        <>
          {when}, <Money amount={left} exact /> of <Money amount={charge.gross} exact /> left to give back
        </>
      }
      disabled={left === 0n}
    />
  );
}
