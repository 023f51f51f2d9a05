import { Confirm } from '#components/ui/dialog';
import { TextField } from '#components/ui/field';
import { CURRENCY } from '#lib/ledger/accounts';
import type { UnappliedLine } from '#lib/unapplied/queries';
import { Reason } from '../../reason.tsx';
import { Units } from '../../units.tsx';
import { creditUnappliedAction, returnUnappliedAction } from '../actions.ts';

/** What an admin can do about unmatched money. */
export function Decide({ line }: { line: UnappliedLine }) {
  const { amount, currency } = line;
  if (amount === null || currency === null) return <PutAside line={line} />;
  return (
    <div className="flex flex-wrap gap-2">
      <Credit line={{ ...line, amount, currency }} />
      <SentBack line={line} />
    </div>
  );
}

function Credit({ line }: { line: UnappliedLine & { amount: bigint; currency: string } }) {
  const fields = (
    <>
      <TextField name="email" label="E-mail address of whom it belongs to" type="email" autoComplete="off" required />
      {line.currency !== CURRENCY && (
        <TextField name="worth" label="Worth" before="$" inputMode="decimal" mono autoComplete="off" required />
      )}
      <TextField name="reason" label="Reason" hint="Stands in the wallet and in the audit log." required />
    </>
  );
  return (
    <Confirm
      key="credit"
      trigger="Credit"
      size="small"
      title="Credit this to somebody’s wallet?"
      confirm="Credit"
      action={creditUnappliedAction}
      values={{ unappliedId: line.id }}
      fields={fields}
      destructive={false}
    >
      <Units amount={line.amount} currency={line.currency} />, which {line.provider} holds. This cannot be undone.
    </Confirm>
  );
}

function SentBack({ line }: { line: UnappliedLine }) {
  const fields = (
    <>
      <TextField
        name="reference"
        label="The provider’s id of the refund or payment"
        hint="By which reconciliation knows it again."
        mono
        autoComplete="off"
        required
      />
      <Reason />
    </>
  );
  return (
    <Confirm
      key="back"
      trigger="Mark as sent back"
      size="small"
      title="Was this money sent back?"
      confirm="It was sent back"
      action={returnUnappliedAction}
      values={{ unappliedId: line.id }}
      fields={fields}
      destructive={false}
    >
      Send it back at the provider first: this only writes down that it has left our account there.
    </Confirm>
  );
}

function PutAside({ line }: { line: UnappliedLine }) {
  return (
    <Confirm
      trigger="Mark as dealt with"
      size="small"
      title="Was this dealt with at the provider?"
      confirm="It was dealt with"
      action={returnUnappliedAction}
      values={{ unappliedId: line.id }}
      fields={<Reason />}
      destructive={false}
    >
      No money stands in the books for it, so this only takes it off the list.
    </Confirm>
  );
}
