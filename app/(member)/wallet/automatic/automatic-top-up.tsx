import { Timestamp } from '#components/timestamp';
import { ActionForm } from '#components/ui/action-form';
import { Badge } from '#components/ui/badge';
import { Card } from '#components/ui/card';
import { Confirm } from '#components/ui/dialog';
import { SelectField, TextField } from '#components/ui/field';
import { Link } from '#components/ui/link';
import { Notice } from '#components/ui/notice';
import { SubmitButton } from '#components/ui/submit-button';
import { plainDollars } from '#lib/money';
import type { findAutoTopUp, SavedMethodLine } from '#lib/top-ups/queries';
import { setAutoTopUpAction, stopAutoTopUpAction } from './actions.ts';

type Plan = Awaited<ReturnType<typeof findAutoTopUp>>;

/** Whether, when and by how much a wallet is filled by itself. */
export function AutomaticTopUp({ methods, plan }: { methods: SavedMethodLine[]; plan: Plan }) {
  return (
    <Card title="Automatic top-up" actions={<Standing plan={plan} />}>
      {methods.length === 0 ? (
        <p>
          No way to pay is saved yet. Choose “save” when you{' '}
          <Link href="/wallet" className="link">
            add funds
          </Link>{' '}
          by a provider that offers it, then come back.
        </p>
      ) : (
        <PlanForm methods={methods} plan={plan} />
      )}
    </Card>
  );
}

function Standing({ plan }: { plan: Plan }) {
  if (!plan) return <Badge>Off</Badge>;
  return plan.stoppedAt ? <Badge tone="bad">Stopped</Badge> : <Badge tone="good">On</Badge>;
}

function PlanForm({ methods, plan }: { methods: SavedMethodLine[]; plan: Plan }) {
  return (
    <>
      {plan?.stoppedAt && (
        <Notice tone="bad">
          Stopped on <Timestamp at={plan.stoppedAt} />, because the payment was refused three times. Save the form to
          try again.
        </Notice>
      )}
      <ActionForm action={setAutoTopUpAction} doneText="Saved." label="Automatic top-up" className="mt-2 grid gap-5">
        <SelectField name="savedMethodId" label="Pay by" defaultValue={plan?.savedMethodId ?? methods[0]?.id}>
          {methods.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </SelectField>
        <Dollars name="threshold" label="When less than this is left" amount={plan?.threshold ?? 5_000_000n} />
        <Dollars name="amount" label="Top up by" amount={plan?.amount ?? 20_000_000n} />
        <Dollars
          name="monthlyCap"
          label="At most in a calendar month"
          amount={plan?.monthlyCap ?? 100_000_000n}
          hint="Nothing is taken beyond it, whatever happens."
        />
        <p className="text-sm text-ink-soft">
          At most one attempt an hour. After a refusal we wait six hours, then a day, then stop and write to you.
        </p>
        <div className="flex flex-wrap gap-3">
          <SubmitButton>{plan ? 'Save' : 'Turn on'}</SubmitButton>
        </div>
      </ActionForm>
      {plan && (
        <div className="mt-3">
          <Confirm
            trigger="Turn off"
            size="small"
            title="Turn automatic top-ups off?"
            confirm="Turn off"
            action={stopAutoTopUpAction}
            values={{}}
          >
            Rentals are paused when the wallet is empty. We still warn you before.
          </Confirm>
        </div>
      )}
    </>
  );
}

function Dollars({ amount, ...field }: { name: string; label: string; amount: bigint; hint?: string }) {
  return <TextField {...field} before="$" mono inputMode="decimal" defaultValue={plainDollars(amount)} required />;
}
