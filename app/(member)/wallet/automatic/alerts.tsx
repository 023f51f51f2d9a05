import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { TextField } from '#components/ui/field';
import { SubmitButton } from '#components/ui/submit-button';
import { plainDollars } from '#lib/money';
import { setAlertLevelAction } from './actions.ts';

/** When a person is told by mail that money runs out. */
export function Alerts({ level }: { level: bigint | null }) {
  return (
    <Card title="Alerts" hint="By mail, once each time that the wallet runs low.">
      <p>We always write when your wallet lasts less than 24 hours, less than one hour and less than ten minutes.</p>
      <ActionForm action={setAlertLevelAction} doneText="Saved." label="Alerts" className="mt-5 grid gap-5">
        <TextField
          name="level"
          label="Also when less than this is left"
          hint="Empty: only the three above."
          before="$"
          mono
          inputMode="decimal"
          defaultValue={level === null ? '' : plainDollars(level)}
        />
        <SubmitButton variant="secondary" className="justify-self-start">
          Save
        </SubmitButton>
      </ActionForm>
    </Card>
  );
}
